package world

import "strings"

// Names of principals that designs share. Of a user, a device, a trustee and a witness
// there may be several: a colon and what tells them apart follow, see [Principal.Several].
const (
	UserName    = "user"
	DeviceName  = "device"
	Provider    = "provider"
	Court       = "court"
	Agency      = "agency"
	TrusteeName = "trustee"
	Log         = "log"
	WitnessName = "witness"
	Monitor     = "monitor"
)

// KindOf is the name under which a principal is declared: "trustee" of "trustee:3".
func KindOf(principal string) string {
	kind, _, _ := strings.Cut(principal, ":")
	return kind
}
