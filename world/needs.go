package world

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The grammar of needs. One need is a capability as [ParseCapability] reads it, in which a number
// may be a sum over the settings ([Index]), or a range of such numbers, as
// "trustee:1..t-1.store". What names may stand in it, [Principals] declare.

// Expand resolves the ranges of needs ("trustee:1..t-1.store", "device:1..t.store")
// under the settings. Words and numbers that stand for accounts, and jurisdictions,
// stay as written. It wraps [ErrNotApplicable] if a range is empty or goes beyond
// what exists; how many accounts there are, only [Principals.Members] knows.
func (ps Principals) Expand(needs []string, s Settings) ([]Capability, error) {
	var out []Capability
	for _, need := range needs {
		prefix, rest, ok := strings.Cut(need, "..")
		if !ok {
			if err := ps.expandOne(&out, need, s); err != nil {
				return nil, err
			}
			continue
		}
		if err := ps.expandRange(&out, need, prefix, rest, s); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (ps Principals) expandOne(out *[]Capability, need string, s Settings) error {
	c, err := ParseCapability(need)
	if err != nil {
		return err
	}
	kind, which, given := strings.Cut(c.Principal, ":")
	if p, ok := ps.Named(kind); ok && given && p.Count != "" && p.Count != PerAccount {
		i, err := Index(which, s)
		if err != nil {
			return fmt.Errorf("capability %q: %w", need, err)
		}
		most, err := p.most(s)
		if err != nil {
			return err
		}
		if i < 1 || i > most {
			return fmt.Errorf("%w: there is no %s %d of %d", ErrNotApplicable, kind, i, most)
		}
		c.Principal = fmt.Sprintf("%s:%d", kind, i)
		if !p.Several() {
			c.Principal = Numbered(kind, i)
		}
	}
	if slices.Contains(*out, c) {
		return fmt.Errorf("capability %q is declared twice", c)
	}
	*out = append(*out, c)
	return nil
}

func (ps Principals) expandRange(out *[]Capability, need, prefix, rest string, s Settings) error {
	dot := strings.LastIndexByte(rest, '.')
	kind, first, _ := strings.Cut(prefix, ":")
	p, ok := ps.Named(kind)
	if dot < 0 || p.Count == "" {
		var several []string
		for _, p := range ps {
			if p.Count != "" {
				several = append(several, p.Name)
			}
		}
		hint := ""
		if !ok {
			hint = DidYouMean(kind, several)
		}
		return fmt.Errorf("capability %q: a range reads NAME:FROM..TO.surface, where NAME is %s%s",
			need, alternatives(several), hint)
	}
	var bounds [2]int
	for i, expr := range []string{first, rest[:dot]} {
		var err error
		if bounds[i], err = Index(expr, s); err != nil {
			return fmt.Errorf("capability %q: %w", need, err)
		}
	}
	most, err := p.most(s)
	if err != nil {
		return err
	}
	from, to := bounds[0], bounds[1]
	if from < 1 || to < from || to > most {
		return fmt.Errorf("%w: %ss %d to %d of %d do not exist", ErrNotApplicable, kind,
			from, to, most)
	}
	for i := from; i <= to; i++ {
		if err := ps.expandOne(out, fmt.Sprintf("%s:%d%s", kind, i, rest[dot:]), s); err != nil {
			return err
		}
	}
	return nil
}

// Index evaluates a sum over t, n, courts and numbers, such as "n-t+1".
func Index(expr string, s Settings) (int, error) {
	sum, sign, rest := 0, 1, expr
	for {
		end := strings.IndexAny(rest, "+-")
		term := rest
		if end >= 0 {
			term = rest[:end]
		}
		v, err := value(term, s)
		if err != nil {
			return 0, fmt.Errorf("expression %q: %w", expr, err)
		}
		sum += sign * v
		if end < 0 {
			return sum, nil
		}
		sign = 1
		if rest[end] == '-' {
			sign = -1
		}
		rest = rest[end+1:]
	}
}

func value(term string, s Settings) (int, error) {
	switch term {
	case "t":
		return s.Threshold, nil
	case "n":
		return s.Trustees, nil
	case Courts:
		return max(1, s.Own.Number(Courts)), nil
	}
	v, err := strconv.Atoi(term)
	if err != nil || v < 0 || v > 1<<20 {
		return 0, fmt.Errorf("%q is neither t, n, courts nor a number", term)
	}
	return v, nil
}
