package tasks

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks/script"
	"doormat/demo"
	"doormat/demo/challenge"
	"doormat/demo/cluster"
	"doormat/demo/sandbox"
)

// scriptCommand has this test's program be the process of a script.
const scriptCommand = "script"

// class is a folder of answers: a solved challenge, one that is not, one that is no script, one that
// crashes, one that does not end, and one that is as large as a script may be.
func class(t *testing.T) (dir string) {
	dir = t.TempDir()
	read := func(name string) string {
		text, err := os.ReadFile("../../challenge/testdata/" + name)
		require.NoError(t, err)
		return string(text)
	}
	good := read("tape-only.star")
	for student, text := range map[string]string{"Ada": good, "naive": read("naive/tape-only.star"),
		"binary": "\x7fELF\x00\x01\xff\xfe", "large": good + strings.Repeat("#", 1<<20-len(good)),
		"crash":   strings.Replace(good, "adv.tap(\"network.tap\")", "fail(\"no\")", 1),
		"endless": "while True:\n    pass\n", "killer": good + "# whoever takes this dies\n"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, student), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, student, "tape-only.star"), []byte(text), 0o600))
	}
	return dir
}

// Marks of workers are those of one machine. An answer that takes down three workers costs nobody
// else a mark.
func TestClass(t *testing.T) {
	kit, err := demo.Default()
	require.NoError(t, err)
	dir, timeout := class(t), time.Minute
	plain, err := (&challenge.Grader{Kit: kit, Timeout: timeout, Dial: func(timeout time.Duration) (script.Dial, error) {
		box, err := sandbox.Program(scriptCommand, timeout)
		return box.Dial, err
	}}).Folder(t.Context(), challenge.Class{Dir: dir}, nil)
	require.NoError(t, err)

	server, err := cluster.Start(false)
	require.NoError(t, err)
	t.Cleanup(server.Close)
	set := &Set{Kit: kit, Sandbox: scriptCommand, Slots: 2}
	host := &cluster.Host{Conn: server.Host, Program: "this", Do: set.Do, Check: set.Check, Excused: set.Excused,
		AckWait: time.Second / 2, Warn: func(text string) { t.Log(text) }}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	killed := 0
	var mu sync.Mutex
	var start func()
	start = func() {
		conn, err := server.Worker()
		require.NoError(t, err)
		w := &cluster.Worker{Conn: conn, Program: "this", Name: cluster.WorkerName(), Slots: 1,
			Do: func(ctx context.Context, common, body []byte) (cluster.Answer, error) {
				var j job
				require.NoError(t, cluster.Decode(body, &j))
				if j.Answer.Student == "killer" {
					mu.Lock()
					killed++
					mu.Unlock()
					conn.Close()
					start() // as whatever runs workers does when one dies
				}
				return set.Do(ctx, common, body)
			}}
		go func() { _ = w.Run(ctx) }()
	}
	start()
	start()
	got, err := challenge.FolderBy(challenge.Class{Dir: dir}, func(list []challenge.Answer) ([]*challenge.Verdict, error) {
		return set.Mark(ctx, host, list, timeout)
	})
	require.NoError(t, err)
	require.Equal(t, 3, killed)
	solved := map[string]bool{}
	for i, grade := range got.Students {
		require.Len(t, grade.Verdicts, 1)
		v, want := grade.Verdicts[0], plain.Students[i].Verdicts[0]
		solved[grade.Student] = v.Solved
		if grade.Student == "killer" {
			require.Contains(t, v.Error, "three workers were given this job and none came back")
			require.True(t, want.Solved)
			continue
		}
		v.Seconds, want.Seconds = 0, 0
		require.Equal(t, want, v)
		require.Equal(t, plain.Students[i].Problems, grade.Problems)
	}
	require.Equal(t, map[string]bool{"Ada": true, "large": true, "killer": false, "naive": false, "binary": false,
		"crash": false, "endless": false}, solved)
}

// A verdict is believed only if it is on this answer and holds together, and one that a slow machine
// could have given honestly makes nobody a liar.
func TestVerdicts(t *testing.T) {
	kit, err := demo.Default()
	require.NoError(t, err)
	set := &Set{Kit: kit}
	j := job{Kind: "mark", Answer: &handedIn{Challenge: "tape-only", Student: "Ada", Source: []byte("x")}}
	answer, err := j.Answer.answer()
	require.NoError(t, err)
	of := func(change func(*challenge.Verdict)) cluster.Answer {
		v := answer.Verdict("")
		v.Solved = true
		for range 9 {
			v.Marks = append(v.Marks, challenge.Mark{Met: true})
		}
		change(v)
		return cluster.Answer{Body: encode(t, v), Seconds: []float64{1}}
	}
	good := of(func(*challenge.Verdict) {})
	require.NoError(t, set.Check(encode(t, j), good))
	for name, change := range map[string]func(*challenge.Verdict){
		"student": func(v *challenge.Verdict) { v.Student = "Ben" }, "challenge": func(v *challenge.Verdict) { v.Challenge = "quorum" },
		"seed": func(v *challenge.Verdict) { v.Seed++ }, "message": func(v *challenge.Verdict) { v.Message++ },
		"unmet": func(v *challenge.Verdict) { v.Marks[0].Met = false }, "few": func(v *challenge.Verdict) { v.Marks = v.Marks[:1] },
		"none": func(v *challenge.Verdict) { v.Marks = nil }, "error": func(v *challenge.Verdict) { v.Error = "no" },
		"flag": func(v *challenge.Verdict) { v.Flag = "x" }, "seconds": func(v *challenge.Verdict) { v.Seconds = 1 }} {
		require.Error(t, set.Check(encode(t, j), of(change)), name)
	}
	require.Error(t, set.Check(encode(t, j), cluster.Answer{Body: good.Body}))
	require.Error(t, set.Check(encode(t, job{Kind: "mark"}), good))
	late := of(func(v *challenge.Verdict) {
		v.Solved, v.Error = false, "x.star: stopped after 25s: does the script end?"
	})
	lie := of(func(v *challenge.Verdict) { v.Solved, v.Error = false, "x.star: no" })
	require.True(t, set.Excused(encode(t, j), late, good))
	require.False(t, set.Excused(encode(t, j), lie, good))
	_, err = set.Do(t.Context(), encode(t, common{Story: demo.Defaults().Tale().ID}), encode(t, j))
	require.ErrorContains(t, err, "runs no scripts from files")
}
