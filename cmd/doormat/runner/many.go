package runner

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"doormat/attacks"
	"doormat/attacks/atlas"
	"doormat/cmd/doormat/cli"
	"doormat/demo"
	"doormat/demo/challenge"
	"doormat/demo/cluster"
	"doormat/demo/cluster/tasks"
	"doormat/demo/summary"
	"doormat/world"
)

// Many are the flags by which others do the work.
type Many struct {
	Server cluster.Server
	share  bool // what is somebody's own may travel to a URL
	disk   bool
	login  []string // the names of its flags
}

// Add adds the flags of a command that has work for others.
func (m *Many) Add(c *cobra.Command) {
	m.add(c, "have workers compute", "share-conversation", "let an exported chat travel to the server "+
		"and to every worker, where whoever runs them can read it")
}

// AddForClass adds the flags of a command that has the answers of a class marked by others.
func (m *Many) AddForClass(c *cobra.Command) {
	m.add(c, "of a folder, have workers mark", "share-submissions", "let all answers and the names of "+
		"who handed them in travel to the server and to every worker, where whoever runs them can read them")
}

// add refuses flags that are about a server where none is named: whoever gave them believes that
// others compute.
func (m *Many) add(c *cobra.Command, does, share, travels string) {
	m.Login(c, does+": `embedded` (in this process), or the URL of a NATS server that has JetStream "+
		"(see doormat work)")
	c.Flags().BoolVar(&m.share, share, false, "with a URL, "+travels)
	c.Flags().BoolVar(&m.disk, "nats-disk", false, "with a URL, keep jobs on the servers' disks, not in memory, until the end")
	about := append(m.login, share, "nats-disk")
	before := c.PreRunE
	c.PreRunE = func(c *cobra.Command, args []string) error {
		for _, name := range about {
			if m.Server.URL == "" && c.Flags().Changed(name) {
				return demo.Usagef("--%s: is for --nats; give both", name)
			}
		}
		if before != nil {
			return before(c, args)
		}
		return nil
	}
}

// Login adds the flags that say where NATS is and how one logs in.
func (m *Many) Login(c *cobra.Command, what string) {
	f := c.Flags()
	f.StringVar(&m.Server.URL, "nats", "", what)
	for _, file := range []struct {
		into       *string
		name, what string
	}{{&m.Server.Creds, "creds", "credentials"}, {&m.Server.NKey, "nkey", "an NKey's seed"},
		{&m.Server.CA, "tlsca", "the certificates that sign the server's"},
		{&m.Server.Cert, "tlscert", "this client's certificate"}, {&m.Server.Key, "tlskey", "its key"}} {
		f.StringVar(file.into, file.name, "", "for NATS: `FILE` with "+file.what)
		cli.Complete(c, file.name, cli.Files)
		m.login = append(m.login, file.name)
	}
	cli.Complete(c, "nats", cli.Words(cluster.Embedded))
}

// Session is what the flags say.
func (m *Many) Session() (tasks.Session, error) {
	s := tasks.Session{Server: m.Server, Disk: m.disk, Say: Complain}
	switch err := m.Server.Valid(); {
	case s.Embedded() && m.disk:
		return s, demo.Usagef("--nats-disk: the server in this process keeps nothing on disk; give the URL of another")
	case !s.Embedded() && err != nil:
		return s, demo.Usagef("--nats: %v", err)
	}
	return s, nil
}

// Sweep runs a lab at some points, here or by others. It refuses what is too large.
func (m *Many) Sweep(ctx context.Context, a App, lab *attacks.Lab, points []world.Settings, o demo.Options,
	from Outside) (results []*attacks.Result, err error) {
	check := demo.CheckSize
	if m.Server.URL != "" {
		check = demo.CheckShared
	}
	if err := check(lab, len(points)); err != nil {
		return nil, err
	}
	if m.Server.URL == "" {
		defer cli.Progress(lab, len(points))()
		return lab.Sweep(ctx, points)
	}
	err = m.host(ctx, a, lab, o, from, func(set *tasks.Set, h *cluster.Host, source tasks.Source) (err error) {
		results, err = set.Sweep(ctx, h, lab, points, source)
		return err
	})
	return results, err
}

// Run runs a lab under its own settings.
func (m *Many) Run(a App, o demo.Options, from Outside) func(context.Context, *attacks.Lab) (*attacks.Result, error) {
	return func(ctx context.Context, lab *attacks.Lab) (*attacks.Result, error) {
		results, err := m.Sweep(ctx, a, lab, []world.Settings{lab.Settings}, o, from)
		if len(results) == 0 {
			return nil, err
		}
		return results[0], err
	}
}

// Over runs a sweep over a range.
func (m *Many) Over(ctx context.Context, a App, r demo.Range, lab *attacks.Lab, points []demo.Point,
	o demo.Options, from Outside) (*summary.Sweep, error) {
	return r.RunBy(lab, points, func(settings []world.Settings) ([]*attacks.Result, error) {
		return m.Sweep(ctx, a, lab, settings, o, from)
	})
}

// Atlas makes the atlas of each column.
func (m *Many) Atlas(ctx context.Context, a App, lab *attacks.Lab, f tasks.Atlas, o demo.Options) (
	docs []*atlas.Document, err error) {
	err = m.host(ctx, a, lab, o, Outside{}, func(set *tasks.Set, h *cluster.Host, source tasks.Source) (err error) {
		docs, err = set.Documents(ctx, h, lab, f, source)
		return err
	})
	return docs, err
}

// host opens a host for some work with a lab, and says what people should know about it.
func (m *Many) host(ctx context.Context, a App, lab *attacks.Lab, o demo.Options, from Outside,
	work func(*tasks.Set, *cluster.Host, tasks.Source) error) error {
	own, embedded := o.Tale() == nil, m.Server.URL == cluster.Embedded
	switch {
	case own && !embedded && !m.share:
		return demo.Usagef("--nats: this chat is your own, and it would travel to the server and to every worker: " +
			"give --share-conversation if it may, or --nats embedded, with which it stays in this process")
	case own && !embedded:
		Complain(fmt.Sprintf("all %d messages of %s travel to %s and to every worker there: whoever runs these "+
			"can read them", len(lab.Conversation.Messages), o.Conversation, cluster.Redacted(m.Server.URL)))
	}
	return m.open(ctx, a, own, func(set *tasks.Set, h *cluster.Host) error {
		return work(set, h, tasks.Source{Options: o, Share: m.share && !embedded, Scripts: from.Scripts(lab),
			Timeout: from.Limit(lab)})
	})
}

// Mark has the answers of a class marked, with so much time for each script.
func (m *Many) Mark(ctx context.Context, a App, answers []challenge.Answer, timeout time.Duration) (
	list []*challenge.Verdict, err error) {
	switch embedded := m.Server.URL == cluster.Embedded; {
	case !embedded && !m.share:
		return nil, demo.Usagef("--nats: answers and the names of who handed them in would travel to the server and " +
			"to every worker: give --share-submissions if they may, or --nats embedded, with which they stay in " +
			"this process")
	case !embedded:
		Complain(fmt.Sprintf("all %s, and the names of who handed them in, travel to %s and to every worker there: "+
			"whoever runs these can read them", summary.Count(len(answers), "answer"), cluster.Redacted(m.Server.URL)))
	}
	err = m.open(ctx, a, true, func(set *tasks.Set, h *cluster.Host) (err error) {
		list, err = set.Mark(ctx, h, answers, timeout)
		return err
	})
	return list, err
}

// open opens a host for some work. Own says that what it is about stays in an embedded server's
// process.
func (m *Many) open(ctx context.Context, a App, own bool, work func(*tasks.Set, *cluster.Host) error) error {
	s, err := m.Session()
	if err != nil {
		return err
	}
	kit, err := a.Kit()
	if err != nil {
		return err
	}
	shown := newJobsProgress()
	defer shown.end()
	s.Progress, s.Say = shown.show, shown.say
	set := &tasks.Set{Kit: kit, Sandbox: ScriptCommand}
	h, stop, err := s.Open(set, own)
	if err != nil {
		return err
	}
	defer stop()
	if err = work(set, h); ctx.Err() != nil && !s.Embedded() && shown.begun {
		shown.say("what was done stays on the server for three days: the same command goes on from there")
	}
	return err
}

// jobsProgress shows how far the jobs are: on a terminal in place, elsewhere now and then.
type jobsProgress struct {
	mu       sync.Mutex
	terminal bool
	begun    bool
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
	p.begun = true
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
		Complain(line)
	}
}

func (p *jobsProgress) say(text string) {
	p.end()
	p.mu.Lock()
	defer p.mu.Unlock()
	Complain(text)
}

func (p *jobsProgress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprintf(os.Stderr, "\r%78s\r", "")
		p.shown = false
	}
}
