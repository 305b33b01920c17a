package stage

import (
	"fmt"
	"net/http"
	"path"
	"slices"

	"doormat/demo"
	"doormat/demo/plain"
	"doormat/demo/replay"
	"doormat/world"
	"doormat/world/memo"
)

// conversation gives the one that a query is about, and what runs of it computed.
func (s *Stage) conversation(q choice) (*world.Conversation, *memo.Memo, error) {
	if q.Chat == "" {
		return q.Tale().Conversation(), &s.told, nil
	}
	k, err := s.chats.Get(q.Chat)
	if err != nil {
		return nil, nil, err
	}
	return k.Conversation, &k.Computed, nil
}

// chatView tells of the uploaded chat that a page is about, nil if there is none.
func (s *Stage) chatView(q choice) *chatView {
	k, err := s.chats.Get(q.Chat)
	if q.Chat == "" || err != nil {
		return nil
	}
	view := &chatView{ID: k.ID, Title: plain.Clean(k.Conversation.Title)}
	view.About = fmt.Sprintf("%d messages of %d accounts were read, %d items left out.",
		len(k.Conversation.Messages), len(k.Conversation.Accounts), len(k.Summary.LeftOut))
	for _, text := range k.Warnings {
		view.Warnings = append(view.Warnings, plain.Clean(text))
	}
	return view
}

// upload takes in a chat and leads to a page about it.
func (s *Stage) upload(w http.ResponseWriter, r *http.Request) {
	s.chats.upload(w, r, func(status int, err error) {
		s.fail(w, defaults(), status, "This chat cannot be read", err)
	})
}

func (s *Stage) forget(w http.ResponseWriter, r *http.Request) { s.chats.forget(w, r) }

// command is what repeats a replay in a terminal. The file of an uploaded chat was
// somewhere that the stage does not know.
func (s *Stage) command(q choice, p *replay.Replay) string {
	o := q.Options
	if ownMoment(p) != "" {
		o.Set("at", "") // it would change nothing
	}
	if k, err := s.chats.Get(q.Chat); q.Chat != "" && err == nil {
		o.Conversation = path.Base(k.Conversation.Title)
	}
	if ids := s.kit.DesignIDs(); !slices.Equal(ids, demo.Story) {
		o.Designs = ids
	}
	text := "go run ./cmd/doormat attack run " + demo.Quote(p.Header.ID)
	if flags := o.Flags(); flags != "" {
		text += " " + flags
	}
	return text
}
