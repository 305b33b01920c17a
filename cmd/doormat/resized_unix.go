//go:build unix

package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// resized calls f whenever the terminal's window has another size, until ctx ends.
func resized(ctx context.Context, f func()) {
	news := make(chan os.Signal, 1)
	signal.Notify(news, syscall.SIGWINCH)
	go func() {
		defer signal.Stop(news)
		for {
			select {
			case <-news:
				f()
			case <-ctx.Done():
				return
			}
		}
	}()
}
