package present

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"doormat/demo/summary"
)

// Play shows in a terminal until somebody quits or ctx does, whose cause it returns.
// bubbletea leaves the terminal as it was found, also by a panic. Acts run meanwhile,
// one after the other.
func (s *Show) Play(ctx context.Context, options ...tea.ProgramOption) error {
	return play(ctx, s, options...)
}

func play(ctx context.Context, m tea.Model, options ...tea.ProgramOption) error {
	options = append(options, tea.WithContext(ctx), tea.WithoutSignalHandler())
	_, err := tea.NewProgram(m, options...).Run()
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// Init is the first order to bubbletea: to run the first act, and the clock.
func (s *Show) Init() tea.Cmd { return tea.Batch(s.run(0), s.clock()) }

func (s *Show) run(act int) tea.Cmd {
	for s.Cards[act] != nil {
		act++
	}
	if act >= len(s.acts) {
		return nil
	}
	return func() tea.Msg { return s.Run(act) }
}

// View is the screen for bubbletea.
func (s *Show) View() tea.View {
	return tea.View{Content: strings.Join(s.Screen(s.width, s.height), "\n"), AltScreen: true}
}

// Update takes what happened: a key, another size, an act that has run, the clock.
func (s *Show) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var then tea.Cmd
	switch m := msg.(type) {
	case tea.WindowSizeMsg:
		if m.Width > 0 && m.Height > 0 { // else the terminal does not say
			s.width, s.height = m.Width, m.Height
		}
	case tea.KeyPressMsg:
		k := strings.NewReplacer("alt+", "", "shift+", "").Replace(m.String())
		if c := s.card(); c != nil && !s.help && c.Press(k) {
			break
		}
		if same, ok := aliases[k]; ok {
			k = same
		}
		switch m.Code {
		case tea.KeyRight, tea.KeyDown, tea.KeyPgDown:
			k = "right"
		case tea.KeyLeft, tea.KeyUp, tea.KeyPgUp, tea.KeyBackspace:
			k = "b"
		}
		if k == "ctrl+l" {
			return s, tea.ClearScreen
		}
		if s.press(k) {
			return s, tea.Quit
		}
	case Ran:
		s.Take(m)
		then = s.run(m.Act + 1)
	case turn:
		if m == s.turn && s.moves() {
			s.next()
		}
	}
	return s, tea.Batch(then, s.clock())
}

// aliases are keys that mean what another does.
var aliases = map[string]string{
	"enter": "right", "ctrl+j": "right", "ctrl+h": "b",
	"q": "quit", "Q": "quit", "ctrl+c": "quit", "ctrl+d": "quit",
}

// turn is an order to the clock, in the order in which they were given.
type turn int

// nowhere is no place of a show.
var nowhere = place{act: -1}

// clock orders the next page to be turned, once for each screen that moves.
func (s *Show) clock() tea.Cmd {
	switch {
	case !s.moves():
		s.turn++
		s.timed = nowhere
	case s.timed != s.at:
		s.turn++
		s.timed = s.at
		due := s.turn
		return tea.Tick(s.Pace, func(time.Time) tea.Msg { return due })
	}
	return nil
}

// press handles a key and reports whether it ends the show.
func (s *Show) press(k string) (quit bool) {
	switch {
	case k == "quit":
		return true
	case s.help:
		s.help = false
	case s.asking >= 0:
		s.answer(k)
	case k == "space" && s.Auto:
		s.paused = !s.paused
	case k == "space", k == "right", k == "n":
		s.next()
	case k == "b" && s.at.beat > 0:
		s.at.beat--
	case k == "b" && s.at.act > 0:
		s.at.act--
		s.last()
	case k == "r":
		s.skip()
	case k == "R", k == "0":
		s.at.beat = 0
	case k == "p":
		s.ask()
	case k == "?":
		s.help = true
	case len(k) == 1 && k >= "1" && k <= "9":
		s.jump(int(k[0] - '0'))
	}
	return false
}

// jump goes to an act by its number.
func (s *Show) jump(number int) {
	for i := range s.acts {
		if s.Cards[i] == nil && s.number(i) == number {
			s.at = place{i + 1, 0}
		}
	}
}

// number is that of an act, cards not counted; of all acts together it is number(len(s.acts)-1).
func (s *Show) number(act int) (n int) {
	for i := range act + 1 {
		if s.Cards[i] == nil {
			n++
		}
	}
	return n
}

// card is the one on stage, nil if there is none.
func (s *Show) card() Card {
	if s.current() == nil {
		return nil
	}
	return s.Cards[s.at.act-1]
}

// current is the act on stage, nil at the opening and the closing.
func (s *Show) current() *act {
	if s.at.act < 1 || s.ended() {
		return nil
	}
	return &s.acts[s.at.act-1]
}

// ready reports whether what is on stage has run.
func (s *Show) ready() bool {
	a := s.current()
	return a == nil || s.card() != nil || a.replay != nil || a.err != nil
}

func (s *Show) ended() bool { return s.at.act > len(s.acts) }

func (s *Show) next() {
	a := s.current()
	switch {
	case !s.ready(), s.ended():
	case a != nil && s.at.beat+1 < len(a.beats):
		s.at.beat++
	default:
		s.at = place{s.at.act + 1, 0}
	}
}

// last goes to the last screen of the act on stage.
func (s *Show) last() {
	if a := s.current(); a != nil {
		s.at.beat = max(0, len(a.beats)-1)
	}
}

// skip goes to what opens in the act or, from there, to its last beat.
func (s *Show) skip() {
	const opens = 2
	switch a := s.current(); {
	case a == nil, s.card() != nil:
		s.next()
	case s.at.beat < opens && opens < len(a.beats):
		s.at.beat = opens
	default:
		s.last()
	}
}

// moves reports whether time turns the page: not while somebody reads the help, the
// room answers, or the act still runs.
func (s *Show) moves() bool {
	return s.Auto && !s.paused && !s.help && s.asking < 0 && s.ready() && !s.ended()
}

// ask begins with the first question, where there is something to guess.
func (s *Show) ask() {
	if a := s.current(); a != nil && a.replay != nil {
		if list := questions(a); len(list) > 0 {
			s.at.beat, s.asking = 0, list[0]
		}
	}
}

// answer takes n, s (or p) and a as none, part and all; space goes on to the next
// question without one, b to the one before.
func (s *Show) answer(k string) {
	a, by := s.current(), 1
	level, ok := map[string]summary.State{
		"n": summary.None, "s": summary.Part, "p": summary.Part, "a": summary.All}[k]
	switch {
	case ok:
		a.guess[s.asking] = level
	case k == "b":
		by = -1
	case k == "space", k == "right":
		delete(a.guess, s.asking)
	default:
		return
	}
	list := questions(a)
	to := slices.Index(list, s.asking) + by
	if s.asking = -1; to >= 0 && to < len(list) {
		s.asking = list[to]
	}
}
