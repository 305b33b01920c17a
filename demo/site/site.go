// Package site writes the laboratory as a folder of files that any web server can hand out: the
// stage of demo/stage, computed in the visitor's own browser by a program in a Web Worker.
//
// The story's pages are rendered ahead ([Ahead]), so index.html shows one before any program is
// there, and says so. Then the page loads the program (demo/site/worker), which answers what the
// stage's server answers in a room: assets/tab.js stands between the two. Addresses are relative
// and pages are fragments, so the folder works under any path; a permalink holds columns,
// settings and seed. The worker has nothing to send with, and its memory is all there is of a
// chat or a script.
//
// TestSite opens the folder in Chromium, TestFolder says which folders are written over.
package site

import (
	"bytes"
	"compress/gzip"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"doormat/attacks/lint"
	"doormat/demo"
	"doormat/demo/atomicfile"
	"doormat/demo/site/tab"
)

//go:embed assets
var assets embed.FS

//go:embed bar.html
var barHTML string

// bar is what index.html has besides the stage's page: how far the program is, which columns are
// shown, and the editor.
var bar = template.Must(template.New("bar").Parse(barHTML))

// Make renders the story, builds the program, and writes both into a folder.
func Make(ctx context.Context, kit demo.Kit, dir string) error {
	if err := Ours(dir); err != nil {
		return err
	}
	program, err := Build(ctx) // what may be missing comes first
	if err != nil {
		return err
	}
	ahead, err := Ahead(ctx, kit)
	if err != nil {
		return err
	}
	s, err := Compose(ctx, kit, program, ahead)
	if err != nil {
		return err
	}
	return s.Write(dir)
}

// A Site is the files of a folder by their names.
type Site map[string][]byte

// Compose makes the files of a site. Program is what [Build] made; ahead are the story's pages by
// their addresses, see [Ahead].
func Compose(ctx context.Context, kit demo.Kit, program Program,
	ahead map[string]string) (Site, error) {
	s := Site{"wasm_exec.js": program.Exec}
	var err error
	if s["program.bin"], err = pack(program.Wasm); err != nil {
		return nil, err
	}
	pages, err := json.Marshal(ahead)
	if err != nil {
		return nil, err
	}
	if s["ahead.bin"], err = pack(pages); err != nil {
		return nil, err
	}
	names, err := fs.ReadDir(assets, "assets")
	if err != nil {
		return nil, err
	}
	for _, f := range names {
		if s[f.Name()], err = assets.ReadFile("assets/" + f.Name()); err != nil {
			return nil, err
		}
	}
	return s, s.index(ctx, kit, ahead["/"])
}

// pack compresses a file. Browsers unpack it themselves, so it is small wherever it comes from,
// and how long it is says how far it has come. Its name is one of which no server thinks more.
func pack(data []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err = w.Write(data); err == nil {
		err = w.Close()
	}
	return b.Bytes(), err
}

// mark tells a folder that is ours from any other.
const mark = `<meta name="generator" content="doormat site">`

// policy lets the page load what lies beside it, and nothing else. The worker is made of a blob,
// whose policy is that of the page.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; " +
	"img-src 'self' data:; connect-src 'self'; worker-src blob:; form-action 'none'; base-uri 'none'"

// index makes index.html of the stage's first page.
func (s Site) index(ctx context.Context, kit demo.Kit, home string) error {
	t := tab.New(kit, nil)
	begin, err := lint.New("my-attack")
	if err != nil {
		return err
	}
	figures, err := s.stageFiles(ctx, t, home)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	err = bar.Execute(&b, barData{Designs: designsOf(kit), Attacks: kit.AttackIDs(), Begin: begin,
		Left: demo.Story[0], Right: demo.Story[1], Seed: demo.Defaults().Seed,
		Bytes: len(s["program.bin"]), Figures: template.HTML(figures)})
	if err != nil {
		return err
	}
	head := mark + `
<meta http-equiv="Content-Security-Policy" content="` + policy + `">
<link rel="stylesheet" href="site.css">
`
	page := home
	for _, one := range [][2]string{
		{`<link rel="icon"`, head + `<link rel="icon"`},
		{`<script src="wall.js"`, `<script src="tab.js" defer></script><script src="wall.js"`},
		{`</header>`, "</header>\n" + b.String()},
	} {
		if strings.Count(page, one[0]) != 1 {
			return fmt.Errorf("site: the stage's page has %s %d times, want once", one[0],
				strings.Count(page, one[0]))
		}
		page = strings.Replace(page, one[0], one[1], 1)
	}
	s["index.html"] = []byte(page)
	return nil
}

// barData is what bar.html shows.
type barData struct {
	Designs     []design
	Attacks     []string
	Begin       string // the script that the editor begins with
	Left, Right string // ids of the story's columns
	Seed        uint64
	Bytes       int // of the program, packed
	Figures     template.HTML
}

type design struct{ ID, Name string }

func designsOf(kit demo.Kit) (list []design) {
	for _, d := range kit.Designs {
		list = append(list, design{d.Info().ID, d.Info().Name})
	}
	return list
}

// Write puts the files into a folder, all or none. What else is there stays, but a folder that
// holds anything and no site of doormat's is refused.
func (s Site) Write(dir string) error {
	if err := Ours(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("site: %w", err)
	}
	var paths []string
	var data [][]byte
	for name := range s {
		paths = append(paths, filepath.Join(dir, name))
	}
	slices.Sort(paths)
	for _, p := range paths {
		data = append(data, s[filepath.Base(p)])
	}
	b, err := atomicfile.OpenBundle(paths)
	if err != nil {
		return fmt.Errorf("site: %w", err)
	}
	return b.Commit(data)
}

// Ours refuses a folder that holds anything but a site that doormat wrote.
func Ours(dir string) error {
	list, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && len(list) == 0:
		return nil
	case err != nil:
		return fmt.Errorf("site: %w", err)
	}
	index, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil || !bytes.Contains(index, []byte(mark)) {
		return demo.Usagef("--out %s: the folder is not empty, and what is in it is no site of "+
			"doormat's: name another one", dir)
	}
	return nil
}
