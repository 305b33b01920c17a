package present

import "time"

// Press handles a key and reports whether it ends the show.
func (s *Show) Press(k Key) (quit bool) {
	switch {
	case k == Quit:
		return true
	case k == Redraw:
	case s.help:
		s.help = false
	case s.asking >= 0:
		s.answer(k)
	default:
		s.command(k)
	}
	return false
}

func (s *Show) command(k Key) {
	switch k {
	case ' ':
		if s.auto {
			s.paused = !s.paused
			return
		}
		s.next()
	case Enter, Right, 'n':
		s.next()
	case Left, 'b':
		s.back()
	case 'r':
		s.run()
	case 'R', '0':
		s.at.view = 0
	case 'p':
		s.ask()
	case '?':
		s.help = true
	default:
		if n := int(k - '0'); k >= '1' && k <= '9' && n <= len(s.acts) {
			s.at = place{n, 0}
		}
	}
}

// current is the act on stage, nil at the opening and the closing.
func (s *Show) current() *act {
	if s.at.act < 1 || s.at.act > len(s.acts) {
		return nil
	}
	return &s.acts[s.at.act-1]
}

// ready reports whether what is on stage has run.
func (s *Show) ready() bool {
	a := s.current()
	return a == nil || a.replay != nil || a.err != nil
}

func (s *Show) next() {
	a := s.current()
	switch {
	case !s.ready(), s.ended():
	case a != nil && s.at.view+1 < len(a.views):
		s.at.view++
	default:
		s.at = place{s.at.act + 1, 0}
	}
}

func (s *Show) ended() bool { return s.at.act > len(s.acts) }

func (s *Show) back() {
	switch {
	case s.at.view > 0:
		s.at.view--
	case s.at.act > 0:
		s.at.act--
		s.last()
	}
}

// last goes to the last screen of the act on stage.
func (s *Show) last() {
	if a := s.current(); a != nil {
		s.at.view = max(0, len(a.views)-1)
	}
}

// run goes to what came of the act or, from there, to its last screen.
func (s *Show) run() {
	a := s.current()
	if a == nil {
		s.next()
		return
	}
	for i, v := range a.views {
		if v.kind == outcome && i > s.at.view {
			s.at.view = i
			return
		}
	}
	s.last()
}

// Dwell is how long what is on stage stays by itself: so many times the pace as
// there is more to read.
func (s *Show) Dwell(pace time.Duration) time.Duration {
	if a := s.current(); a != nil && s.at.view < len(a.views) && a.views[s.at.view].kind == script {
		return pace
	}
	if s.ended() {
		return 3 * pace
	}
	return 2 * pace
}

// moves reports whether time turns the page: not while somebody reads the help, the
// room answers, or the act still runs.
func (s *Show) moves() bool {
	return s.auto && !s.paused && !s.help && s.asking < 0 && s.ready() && !s.ended()
}
