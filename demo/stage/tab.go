package stage

import (
	"html/template"

	"doormat/demo/stage/jobs"
)

// InTab makes this the stage of a program in the visitor's own browser tab (demo/site). One
// thread does everything there and hears nothing while it computes: so a page waits for what it
// shows, nothing is run before somebody asks, and report is told how far the run is. It is
// called before the first page is asked for.
func (s *Stage) InTab(report func(jobs.Progress)) {
	s.inTab = true
	s.store.Tell(report)
	s.pages.Funcs(template.FuncMap{"inTab": func() bool { return true }})
}
