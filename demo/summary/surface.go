package summary

import "doormat/world"

// SurfaceWords say what a surface lets an adversary do to a principal, before and after it was
// used.
func SurfaceWords(s world.Surface) (can, done string) {
	switch s {
	case world.Store:
		return "can be copied", "copied"
	case world.Control:
		return "can be taken over", "taken over"
	case world.Order:
		return "answers orders", "answered"
	case world.Tap:
		return "can be tapped", "tapped"
	case world.Tamper:
		return "can be tampered with", "tampered with"
	}
	return "", ""
}
