package stage

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"path/filepath"
	"sync"

	"doormat/demo"
	"doormat/world"
)

// begin makes the options of the command line the choice of the first page. A chat in a
// file is kept as if it had been uploaded. Mistakes are told in the words of the flags,
// and what is beyond the bounds of the stage in those of its pages.
func (s *Stage) begin(o demo.Options) error {
	q := choice{Options: o}
	var conv *world.Conversation
	if o.Conversation == "" {
		var err error
		if conv, _, err = o.Open(); err != nil {
			return err
		}
	} else {
		read, err := o.OpenChat()
		if err != nil {
			return err
		}
		k, err := s.chats.Keep(read, fileName(filepath.Base(o.Conversation)), "")
		if err != nil {
			return err
		}
		q.Chat, conv = k.ID, k.Conversation
	}
	lab, err := o.Lab(s.kit, conv)
	if err != nil {
		return err
	}
	s.kit = demo.Kit{Designs: lab.Designs, Attacks: lab.Attacks, Known: lab.Known}
	s.acts = demo.Showcases(lab.Attacks)
	s.initial, err = parse(q.encode())
	return err
}

// First is the address of the first page on its server: a path, and the options that
// are not the defaults. It is the opening of the story; of a chat from a file, the page
// that says what was read of it.
func (s *Stage) First() string {
	if s.initial.Chat != "" {
		return address("/", s.initial.encode())
	}
	return address("/wall", s.initial.encode())
}

// Ticket is an address that leads to the first page, once. It is for the command line
// of a browser, which other users of the machine can read: the name of a chat is not in it.
func (s *Stage) Ticket() string {
	s.ticket.mu.Lock()
	defer s.ticket.mu.Unlock()
	s.ticket.text = rand.Text()
	return "/begin/" + s.ticket.text
}

// ticket is the one that has not been used.
type ticket struct {
	mu   sync.Mutex
	text string
}

func (t *ticket) take(text string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	fits := t.text != "" && subtle.ConstantTimeCompare([]byte(t.text), []byte(text)) == 1
	if fits {
		t.text = ""
	}
	return fits
}

// enter leads whoever has the ticket to the first page, anybody else to the beginning.
func (s *Stage) enter(w http.ResponseWriter, r *http.Request) {
	to := "/"
	if s.ticket.take(r.PathValue("ticket")) {
		to = s.First()
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// Warnings are what the reader of the chat in a file, if there is one, guessed or
// altered.
func (s *Stage) Warnings() []string {
	k, err := s.chats.Get(s.initial.Chat)
	if err != nil {
		return nil
	}
	return k.Warnings
}
