package main

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"

	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
	"doormat/demo/stage"
	"doormat/demo/stage/loopback"
)

func (a *app) stage() *cobra.Command {
	var o demo.Options
	var page webPage
	c := &cobra.Command{
		Use:   "stage",
		Short: "Show attacks as walls of messages in a browser, to a room",
		Long: `Show attacks to a room on a web page of this machine: two designs side by side, a
tile for each message, and what opens, in four beats an attack. The room bets, robs
other trustees, and moves the attack; a key shows the script, what each line did, and
the bytes. The address of the page is printed, and opened in a browser
where there is one. The flags are the settings of the first page; pages can change
them, and take an exported chat, which stays in memory. Ctrl-C ends it.

Nobody else can reach the page: it is served to this machine only.`,
		Args: cli.Exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.serve(c.Context(), o, page)
		},
	}
	a.RunFlags(c, &o)
	page.add(c)
	return c
}

// webPage is what flags say of a page of this machine.
type webPage struct {
	on     bool
	addr   string
	noOpen bool
}

func (p *webPage) add(c *cobra.Command) {
	c.Flags().StringVar(&p.addr, "addr", loopback.DefaultAddr,
		"`ADDRESS` and port of this machine; port 0 is any that is free")
	c.Flags().BoolVar(&p.noOpen, "no-open", false, "open no browser")
	cli.Complete(c, "addr", cli.Words(loopback.DefaultAddr, "127.0.0.1:0"))
}

// serve answers until ctx ends. first is the path that is printed, begin the one that a browser
// opens; ready is called once the address is ours.
func (p *webPage) serve(ctx context.Context, handler func(hosts []string) http.Handler,
	first, begin string, ready func()) error {
	l, err := loopback.Listen(ctx, p.addr)
	if err != nil {
		return err
	}
	ready()
	url := "http://" + l.Addr().String()
	if err := cli.Show(func(int) string { return url + first + "\n" }); err != nil {
		return err
	}
	if !p.noOpen {
		browse(url + begin)
	}
	return loopback.Serve(ctx, l, handler(loopback.Hosts(l.Addr())))
}

func (a *app) serve(ctx context.Context, o demo.Options, page webPage) error {
	kit, err := a.Kit()
	if err != nil {
		return err
	}
	s, err := stage.New(ctx, kit, o)
	if err != nil {
		return err
	}
	ready := func() {
		for _, w := range s.Warnings() {
			runner.Complain(w)
		}
		s.Warm()
	}
	return page.serve(ctx, s.Handler, s.First(), s.Ticket(), ready)
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
