package summary

import (
	"strings"

	"doormat/attacks"
)

// FixedBy says which columns fix a parameter, and at what ("delivered in e2ee"), and
// whether all do; "" if none does.
func FixedBy(columns []attacks.DesignRow, parameter string) (text string, all bool) {
	var parts []string
	for _, d := range columns {
		if value, fixed := d.Parameters[parameter]; fixed {
			parts = append(parts, value+" in "+d.ID)
		}
	}
	return strings.Join(parts, ", "), len(parts) > 0 && len(parts) == len(columns)
}
