package demo

import "doormat/attacks/technique"

// showcases are the attacks that the story tells one by one: the price of a spare key, what it
// is for, what a phone gives away without one, and who else can have it.
var showcases = []string{"quorum-theft", "narrow-order", "device-theft", "secret-order"}

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
