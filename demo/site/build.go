package site

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A Program is what a browser needs to run doormat.
type Program struct {
	Wasm []byte // a WebAssembly module
	Exec []byte // wasm_exec.js of the Go that built it
}

// worker is the package that browsers run.
const worker = "doormat/demo/site/worker"

// Build compiles the program for browsers. It needs Go and a clone of doormat, in which it is
// called; the same source gives the same bytes.
func Build(ctx context.Context) (Program, error) {
	root, err := goTool(ctx, "env", "GOROOT")
	if err == nil {
		_, err = goTool(ctx, "list", worker)
	}
	if err != nil {
		return Program{}, errors.New("site: this needs Go and a clone of doormat: call it in the clone, " +
			"as go run ./cmd/doormat site")
	}
	dir, err := os.MkdirTemp("", "doormat-site-")
	if err != nil {
		return Program{}, fmt.Errorf("site: %w", err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "program.wasm")
	if _, err = goTool(ctx, "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=",
		"-o", file, worker); err != nil {
		return Program{}, fmt.Errorf("site: build the program for browsers: %w", err)
	}
	var p Program
	if p.Wasm, err = os.ReadFile(file); err == nil {
		p.Exec, err = os.ReadFile(filepath.Join(root, "lib", "wasm", "wasm_exec.js"))
	}
	if err != nil {
		return Program{}, fmt.Errorf("site: %w", err)
	}
	return p, nil
}

// goTool runs the go command for browsers, and gives what it prints.
func goTool(ctx context.Context, args ...string) (string, error) {
	c := exec.CommandContext(ctx, "go", args...)
	c.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	out, err := c.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		err = fmt.Errorf("go %s: %s", args[0], strings.TrimSpace(string(failed.Stderr)))
	}
	return strings.TrimSpace(string(out)), err
}
