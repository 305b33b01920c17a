package stamp

import (
	"fmt"
	"slices"
	"time"
)

// An Order says which number of a date is the day, the month and the year.
type Order string

// The date orders. Any lets [Choose] find out.
const (
	Any Order = ""
	DMY Order = "dmy"
	MDY Order = "mdy"
	YMD Order = "ymd"
)

var orders = []Order{DMY, MDY, YMD}

// ParseOrder reads the value of --date-order: dmy, mdy, ymd, or nothing for
// Any.
func ParseOrder(s string) (Order, error) {
	switch o := Order(s); o {
	case Any, DMY, MDY, YMD:
		return o, nil
	}
	return "", fmt.Errorf("unknown date order %q: want dmy, mdy or ymd", s)
}

// late reports whether the year has two digits and would lie more than a generation
// ahead: then it is one of the Buddhist era, as phones in Thailand write it. WhatsApp
// began in 2009, which is 2552 there.
func (s Stamp) late(o Order) bool {
	y := 2
	if o == YMD || s.fixed {
		y = 0
	}
	return s.digits[y] == 2 && s.field[y] >= 52
}

// Time reads s in the order o. Years of two digits lie in 2000-2051, or else see late;
// years of four begin with 1970.
func (s Stamp) Time(o Order) (time.Time, bool) {
	d, m, y := 0, 1, 2
	if s.fixed {
		o = YMD
	}
	switch o {
	case MDY:
		d, m = 1, 0
	case YMD:
		d, y = 2, 0
	}
	year := s.field[y]
	switch {
	case s.late(o):
		year += 2500 - 543
	case s.digits[y] == 2:
		year += 2000
	case s.digits[y] != 4 || year < 1970:
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(s.field[m]), s.field[d], 0, 0, 0, 0, time.UTC)
	ok := s.digits[d] <= 2 && s.digits[m] <= 2 && t.Day() == s.field[d] &&
		int(t.Month()) == s.field[m]
	return t.Add(s.clock), ok
}

// allFixed reports whether each date names its month or marks its year.
func allFixed(stamps []Stamp) bool {
	return !slices.ContainsFunc(stamps, func(s Stamp) bool { return !s.fixed })
}

func fitsAny(s Stamp) bool {
	for _, o := range orders {
		if _, ok := s.Time(o); ok {
			return true
		}
	}
	return false
}

// Choose returns the only order that fits every date of a file. If dmy and
// mdy both do, it is dmy. If none does, it is the one that fits most, and then
// dmy. In both cases there is a warning. A year of two digits in front must be
// asked for: nearly every 26.03.17 would fit it too.
func Choose(stamps []Stamp) (best Order, warning string) {
	fits := map[Order]int{}
	for _, s := range stamps {
		for _, o := range orders {
			if _, ok := s.Time(o); ok && (o != YMD || s.fixed || s.digits[0] == 4) {
				fits[o]++
			}
		}
	}
	best = DMY
	for _, o := range orders {
		if fits[o] > fits[best] {
			best = o
		}
	}
	switch all := len(stamps); {
	case fits[best] < all:
		return best, fmt.Sprintf("no date order fits all %d dates; read as %s, which fits %d", all,
			best, fits[best])
	case best == DMY && fits[MDY] == all && !allFixed(stamps):
		return best, "dates fit dmy and mdy alike; read as dmy (use --date-order to choose another)"
	}
	return best, ""
}
