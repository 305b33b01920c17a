package threshold

import (
	"slices"

	"doormat/escrow/request"
	"doormat/world"
	"doormat/world/law"
)

// A trustee keeps a log of what it was asked for, as whoever has to account for what it
// did would: each order that a court signed and the log shows, and of each message the
// sender, the recipients and the time. It holds no content and no key. Whoever copies the
// store learns who is under investigation, and with whom they write.

// logRequest keeps a request, once.
func (t *trustee) logRequest(s law.Signed, items []*request.Item) {
	data := request.EncodeLog(s, items)
	if !slices.ContainsFunc(t.requests, func(f world.Fact) bool { return string(f.Data) == string(data) }) {
		t.requests = append(t.requests, world.Fact{Kind: request.RequestLog, Ref: t.name, Data: data})
	}
}
