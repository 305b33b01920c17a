package demo

import "doormat/attacks/technique"

// showcases are the attacks that `doormat demo` tells one by one.
var showcases = []string{"device-theft", "quorum-theft", "narrow-order", "secret-order"}

// Showcases returns the headers of the attacks to tell one by one, those of list
// that are meant for it, else the first few.
func Showcases(list []technique.Technique) []technique.Header {
	byID := map[string]technique.Header{}
	var first []technique.Header
	for _, a := range list {
		byID[a.Header().ID] = a.Header()
		if len(first) < len(showcases) {
			first = append(first, a.Header())
		}
	}
	var shown []technique.Header
	for _, id := range showcases {
		if h, ok := byID[id]; ok {
			shown = append(shown, h)
		}
	}
	if len(shown) == 0 {
		return first
	}
	return shown
}
