package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"doormat/attacks"
	"doormat/attacks/atlas"
	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
	"doormat/demo/cluster"
	"doormat/demo/cluster/tasks"
	"doormat/demo/summary"
	"doormat/world"
)

func (a *app) work() *cobra.Command {
	var m many
	slots := 0
	c := &cobra.Command{
		Use:   "work --nats URL",
		Short: "Compute jobs for a matrix, sweep or atlas that another machine runs",
		Long: `Compute jobs for a matrix, a sweep or an atlas that another machine runs with --nats,
until Ctrl-C; then what is in hand is finished first. Workers join and leave at any
time: a job whose worker is lost runs elsewhere. All machines need the same build of
doormat; another one is told so and gets nothing.

A worker is given what the jobs are made of: names of built-in conversations and of
attacks, scripts from files, which run in a sandbox, and a chat of somebody's own if
that was shared.`,
		Args: cli.Exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case m.server.URL == "" || m.server.URL == cluster.Embedded:
				return demo.Usagef("--nats: want the address of a server, such as nats://HOST:4222")
			case slots < 1:
				return demo.Usagef("--at-a-time %d: want at least 1", slots)
			}
			kit, err := a.Kit()
			if err != nil {
				return err
			}
			set := &tasks.Set{Kit: kit, Sandbox: runner.ScriptCommand, Slots: slots}
			return m.session().Work(c.Context(), set)
		},
	}
	m.login(c, "address of a server: `URL`, or several separated by commas")
	c.Flags().IntVar(&slots, "at-a-time", runtime.GOMAXPROCS(0), "how many jobs, `N`, this worker computes side by side")
	cli.Complete(c, "at-a-time", cli.Words())
	return c
}

// many are the flags by which others do the work.
type many struct {
	server cluster.Server
	share  bool
	disk   bool
}

// add adds the flags of a command that has work for others.
func (m *many) add(c *cobra.Command) {
	m.login(c, "have workers compute: `embedded` (in this process), or the URL of a NATS server that has JetStream "+
		"(see doormat work)")
	c.Flags().BoolVar(&m.share, "share-conversation", false, "with a URL, let an exported chat travel to the "+
		"server and to every worker, where whoever runs them can read it")
	c.Flags().BoolVar(&m.disk, "nats-disk", false, "with a URL, keep jobs on the servers' disks, not in memory, until the end")
}

// login adds the flags that say where NATS is and how one logs in.
func (m *many) login(c *cobra.Command, what string) {
	f := c.Flags()
	f.StringVar(&m.server.URL, "nats", "", what)
	for _, file := range []struct {
		into       *string
		name, what string
	}{{&m.server.Creds, "creds", "credentials"}, {&m.server.NKey, "nkey", "an NKey's seed"},
		{&m.server.CA, "tlsca", "the certificates that sign the server's"},
		{&m.server.Cert, "tlscert", "this client's certificate"}, {&m.server.Key, "tlskey", "its key"}} {
		f.StringVar(file.into, file.name, "", "for NATS: `FILE` with "+file.what)
		cli.Complete(c, file.name, cli.Files)
	}
	cli.Complete(c, "nats", cli.Words(cluster.Embedded))
}

func (m *many) session() tasks.Session {
	return tasks.Session{Server: m.server, Disk: m.disk, Say: runner.Complain}
}

// sweep runs a lab at some points, here or by others.
func (m *many) sweep(ctx context.Context, a *app, lab *attacks.Lab, points []world.Settings, o demo.Options,
	from runner.Outside) (results []*attacks.Result, err error) {
	if m.server.URL == "" {
		defer cli.Progress(lab, len(points))()
		return lab.Sweep(ctx, points)
	}
	err = m.host(ctx, a, lab, o, from, func(set *tasks.Set, h *cluster.Host, source tasks.Source) (err error) {
		results, err = set.Sweep(ctx, h, lab, points, source)
		return err
	})
	return results, err
}

// run runs a lab under its own settings.
func (m *many) run(a *app, o demo.Options, from runner.Outside) runFunc {
	return func(ctx context.Context, lab *attacks.Lab) (*attacks.Result, error) {
		results, err := m.sweep(ctx, a, lab, []world.Settings{lab.Settings}, o, from)
		if len(results) == 0 {
			return nil, err
		}
		return results[0], err
	}
}

// over runs a sweep over a range.
func (m *many) over(ctx context.Context, a *app, r demo.Range, lab *attacks.Lab, points []demo.Point,
	o demo.Options, from runner.Outside) (*summary.Sweep, error) {
	return r.RunBy(lab, points, func(settings []world.Settings) ([]*attacks.Result, error) {
		return m.sweep(ctx, a, lab, settings, o, from)
	})
}

// atlas makes the atlas of each column.
func (m *many) atlas(ctx context.Context, a *app, lab *attacks.Lab, f tasks.Atlas, o demo.Options) (
	docs []*atlas.Document, err error) {
	err = m.host(ctx, a, lab, o, runner.Outside{}, func(set *tasks.Set, h *cluster.Host, source tasks.Source) (err error) {
		docs, err = set.Documents(ctx, h, lab, f, source)
		return err
	})
	return docs, err
}

// host opens a host for some work, and says what people should know about it.
func (m *many) host(ctx context.Context, a *app, lab *attacks.Lab, o demo.Options, from runner.Outside,
	work func(*tasks.Set, *cluster.Host, tasks.Source) error) error {
	s, own := m.session(), o.Tale() == nil
	switch {
	case own && !s.Embedded() && !m.share:
		return demo.Usagef("--nats: this chat is your own, and it would travel to the server and to every worker: " +
			"give --share-conversation if it may, or --nats embedded, with which it stays in this process")
	case own && !s.Embedded():
		runner.Complain(fmt.Sprintf("all %d messages of %s travel to %s and to every worker there: whoever runs these "+
			"can read them", len(lab.Conversation.Messages), o.Conversation, cluster.Redacted(m.server.URL)))
	case m.disk && s.Embedded():
		return demo.Usagef("--nats-disk: the server in this process keeps nothing on disk; give the URL of another")
	}
	kit, err := a.Kit()
	if err != nil {
		return err
	}
	shown := newJobsProgress()
	defer shown.end()
	s.Progress, s.Say = shown.show, shown.say
	set := &tasks.Set{Kit: kit, Sandbox: runner.ScriptCommand}
	h, stop, err := s.Open(set, own)
	if err != nil {
		return err
	}
	defer stop()
	source := tasks.Source{Options: o, Share: m.share && !s.Embedded(), Scripts: from.Scripts(lab), Timeout: from.Limit(lab)}
	if err = work(set, h, source); ctx.Err() != nil && !s.Embedded() {
		shown.say("what was done stays on the server for three days: the same command goes on from there")
	}
	return err
}

// jobsProgress shows how far the jobs are: on a terminal in place, elsewhere now and then.
type jobsProgress struct {
	mu       sync.Mutex
	terminal bool
	shown    bool
	last     time.Time
}

// lineEvery is how often a line is written where there is no terminal.
const lineEvery = 10 * time.Second

func newJobsProgress() *jobsProgress {
	return &jobsProgress{terminal: term.IsTerminal(int(os.Stderr.Fd())), last: time.Now()}
}

func (p *jobsProgress) show(s cluster.State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	line := fmt.Sprintf("%d of %d jobs, %s", s.Done, s.Jobs, summary.Count(s.Workers, "worker"))
	if s.Rate > 0 && s.Done < s.Jobs {
		line += fmt.Sprintf(", %.1f a second, about %s left", s.Rate, s.Left.Round(time.Second))
	}
	switch {
	case p.terminal:
		fmt.Fprintf(os.Stderr, "\r%-78s", line)
		p.shown = true
	case time.Since(p.last) >= lineEvery:
		p.last = time.Now()
		runner.Complain(line)
	}
}

func (p *jobsProgress) say(text string) {
	p.end()
	p.mu.Lock()
	defer p.mu.Unlock()
	runner.Complain(text)
}

func (p *jobsProgress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprintf(os.Stderr, "\r%78s\r", "")
		p.shown = false
	}
}
