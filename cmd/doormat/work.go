package main

import (
	"runtime"

	"github.com/spf13/cobra"

	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
	"doormat/demo/cluster"
	"doormat/demo/cluster/tasks"
)

func (a *app) work() *cobra.Command {
	var m runner.Many
	slots := 0
	c := &cobra.Command{
		Use:   "work --nats URL",
		Short: "Compute jobs for a matrix, sweep, atlas or class that another machine has",
		Long: `Compute jobs of another machine, which runs a matrix, a sweep or an atlas with --nats, or
checks a class's answers, until Ctrl-C; then what is in hand is finished first. Workers join and leave at any
time: a job whose worker is lost runs elsewhere. All machines need the same build of
doormat; another one is told so and gets nothing.

A worker is given what the jobs are made of: names of built-in conversations and of
attacks, scripts from files and of students, which run in a sandbox, and a chat of
somebody's own if that was shared.`,
		Args: cli.Exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case m.Server.URL == "" || m.Server.URL == cluster.Embedded:
				return demo.Usagef("--nats: want the address of a server, such as nats://HOST:4222")
			case slots < 1:
				return demo.Usagef("--at-a-time %d: want at least 1", slots)
			}
			kit, err := a.Kit()
			if err != nil {
				return err
			}
			session, err := m.Session()
			if err != nil {
				return err
			}
			set := &tasks.Set{Kit: kit, Sandbox: runner.ScriptCommand, Slots: slots}
			return session.Work(c.Context(), set)
		},
	}
	m.Login(c, "address of a server: `URL`, or several separated by commas")
	c.Flags().IntVar(&slots, "at-a-time", runtime.GOMAXPROCS(0), "how many jobs, `N`, this worker computes side by side")
	cli.Complete(c, "at-a-time", cli.Words())
	return c
}
