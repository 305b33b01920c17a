package odds

// A Figure is what somebody has counted or estimated of one kind of capability, in a year.
type Figure struct {
	Low    float64 `json:"low"` // both 0 if nothing is known to be published
	High   float64 `json:"high"`
	What   string  `json:"what"` // of what these are figures
	Source string  `json:"source"`
}

// Published is what is known to this program of a kind of capability: figures to choose from,
// none of which is used unless somebody gives it. Most kinds have none.
func Published(kind string) (f Figure, known bool) {
	f, known = published[kind]
	return f, known
}

var published = map[string]Figure{
	"device.store": {0.009, 0.04,
		"owners whose phone was stolen: 0.9% in 2016/17, 2% in 2011/12, and 4% of those aged 14 " +
			"to 24; how many thieves got past the lock was not counted",
		"Crime Survey for England and Wales: Office for National Statistics, Focus on Property " +
			"Crime 2011/12 (2013), and as reported by Express & Star, 6 December 2017"},
	"network.tap": {0.014, 0.129,
		"range of a model for lawful access systems inside carriers, which is not a tap of " +
			"whatever kind, and says nothing of a provider's store; no data set of such breaches exists",
		"Woodward, Quantifying Compromise Risk in Exceptional Access Architectures Under Sparse " +
			"and Indirect Evidence, arXiv 2606.19106 (2026)"},
}
