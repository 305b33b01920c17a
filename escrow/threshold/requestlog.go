package threshold

import (
	"slices"

	"doormat/world"
	"doormat/world/law"
)

// A trustee keeps a log of what it was asked for, as whoever has to account for what it
// did would: each order that a court signed and the log shows, and of each message the
// sender, the recipients and the time. It holds no content and no key. Whoever copies the
// store learns who is under investigation, and with whom they write.

// RequestLog is a trustee's record of a request: Ref the trustee, Data the order and the
// metadata of the messages.
const RequestLog world.Kind = "request log"

const requestLogTag = 'r'

// logRequest keeps a request, once.
func (t *trustee) logRequest(s law.Signed, items []*item) {
	var list [][]byte
	for _, i := range items {
		list = append(list, i.meta.Encode())
	}
	data := world.Pack(requestLogTag, s.Encode(), world.Pack(0, list...))
	if !slices.ContainsFunc(t.requests, func(f world.Fact) bool { return string(f.Data) == string(data) }) {
		t.requests = append(t.requests, world.Fact{Kind: RequestLog, Ref: t.name, Data: data})
	}
}

// readRequestLog gives the order and the metadata.
func readRequestLog(in world.Input) ([]world.Derived, error) {
	f, err := world.Unpack(in.Facts[0].Data, requestLogTag, 2)
	if err != nil {
		return nil, err
	}
	s, err := law.ParseSigned(f[0])
	if err != nil {
		return nil, err
	}
	list, err := world.UnpackList(f[1], 0)
	if err != nil {
		return nil, err
	}
	facts := []world.Fact{s.Fact()}
	for _, item := range list {
		m, err := world.ParseMeta(item)
		if err != nil {
			return nil, err
		}
		facts = append(facts, m.Fact())
	}
	return world.Conclude(facts...), nil
}
