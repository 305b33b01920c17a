package summary

import "doormat/world"

// SurfaceWord says what was done to a principal through a surface.
func SurfaceWord(s world.Surface) string {
	switch s {
	case world.Store:
		return "copied"
	case world.Control:
		return "taken over"
	case world.Order:
		return "answered"
	case world.Tap:
		return "tapped"
	case world.Tamper:
		return "tampered with"
	}
	return ""
}
