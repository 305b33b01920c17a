package main

import (
	"context"
	"os"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"

	"doormat/cmd/doormat/cli"
	"doormat/demo"
	"doormat/demo/stage"
	"doormat/demo/stage/loopback"
)

func (a *app) stage() *cobra.Command {
	var o demo.Options
	var addr string
	var noOpen bool
	c := &cobra.Command{
		Use:   "stage",
		Short: "Show attacks step by step in a browser, to a room",
		Long: `Show attacks to a room on a web page of this machine: two designs side by side, a
tile for each message, and what opens, in four beats an attack. The room bets, robs
other trustees, and moves the attack; each attack is there in steps as well, with its
script and its bytes. The address of the page is printed, and opened in a browser
where there is one. The flags are the settings of the first page; pages can change
them, and take an exported chat, which stays in memory. Ctrl-C ends it.

Nobody else can reach the page: it is served to this machine only.`,
		Args: cli.Exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.serve(c.Context(), o, addr, !noOpen)
		},
	}
	a.runFlags(c, &o)
	c.Flags().StringVar(&addr, "addr", loopback.DefaultAddr,
		"`ADDRESS` and port of this machine; port 0 is any that is free")
	c.Flags().BoolVar(&noOpen, "no-open", false, "open no browser")
	cli.Complete(c, "addr", cli.Words(loopback.DefaultAddr, "127.0.0.1:0"))
	return c
}

func (a *app) serve(ctx context.Context, o demo.Options, addr string, open bool) error {
	kit, err := a.kit()
	if err != nil {
		return err
	}
	s, err := stage.New(ctx, kit, o)
	if err != nil {
		return err
	}
	l, err := loopback.Listen(ctx, addr)
	if err != nil {
		return err
	}
	for _, w := range s.Warnings() {
		complain(w)
	}
	s.Warm()
	url := "http://" + l.Addr().String() + s.First()
	if err := cli.Show(func(int) string { return url + "\n" }); err != nil {
		return err
	}
	if open {
		browse("http://" + l.Addr().String() + s.Ticket())
	}
	return loopback.Serve(ctx, l, s.Handler(loopback.Hosts(l.Addr())))
}

// browse asks the desktop to show a page. Where there is none, the printed address
// has to do.
func browse(url string) {
	var c *exec.Cmd
	switch runtime.GOOS {
	case "darwin":
		c = exec.Command("open", url)
	case "windows":
		c = exec.Command("rundll32", "url.dll,FileProtocolHandler", url)
	default:
		if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
			return // xdg-open would look for a browser for this terminal
		}
		c = exec.Command("xdg-open", url)
	}
	detach(c)
	if c.Start() == nil {
		go func() { _ = c.Wait() }()
	}
}
