package text

import (
	"fmt"
	"strings"

	"doormat/demo/summary"
	"doormat/demo/timing"
)

// Measured tells what a thief of a design's keys opens, how fast, and what follows
// from that by arithmetic.
func Measured(r *timing.Result, width int) string {
	p := newPage(width)
	p.title("What stolen keys open, and how fast")
	p.prose(0, fmt.Sprintf("%s of %d bytes go through each design. Then a thief takes the stores "+
		"of everybody but users and their devices, and opens what it can by the published rules. "+
		"Times are of one core of this machine.",
		summary.Count(r.Messages, "message"), r.BodyBytes))
	for i := range r.Designs {
		p.gap()
		measuredKey(p, &r.Designs[i], r.MessagesADay)
	}
	return p.String()
}

func measuredKey(p *page, d *timing.Design, aDay float64) {
	p.heading("── "+d.Name, faint(d.ID))
	p.field("Opened", fmt.Sprintf("%d of %s", d.Opened, summary.Count(d.Total, "message")))
	if d.Opened == 0 {
		p.field("", "No key in those stores opens a message, so there is nothing to time. "+
			"Attacks that recover messages here take devices one by one, or deceive users about "+
			"keys: see the matrix.")
		return
	}
	p.field("Takes", strings.Join(d.RestsOn, ", "))
	if len(d.Once) > 0 {
		p.field("Once", strings.Join(d.Once, ", "))
	}
	p.field("Each reads", rulesAndTime(d.Reading, d.ReadMicros))
	p.field("Each opens", rulesAndTime(d.Opening, d.OpenMicros))
	p.field("Floor", fmt.Sprintf("%.1f µs: one multiplication in the escrow designs' group, one "+
		"ChaCha20-Poly1305", d.FloorMicros))
	p.field("Ratio", fmt.Sprintf("%.2f × the floor to open, %.2f × with reading", d.Ratio,
		d.RatioReading))
	p.field("Measured", fmt.Sprintf("%.0f messages a second on one core (%d timed, reading "+
		"included)", d.PerSecond, d.Timed))
	p.field("", fmt.Sprintf("half of the rounds: %.0f to %.0f a second", d.PerSecondLow,
		d.PerSecondHigh))
	if d.Busy() {
		p.field("Do not quote", fmt.Sprintf("The machine is busy: the floor, always the same "+
			"work, varied by %.0f%%. Close other programs and measure again.", 100*d.FloorSpread))
	}
	p.field("Extrapolated", fmt.Sprintf("%.0f such cores keep up with %.0f billion messages a "+
		"day. This is arithmetic, not a measurement. It leaves out %s.", d.Cores, aDay/1e9,
		timing.Leaves))
}

func rulesAndTime(rules []string, micros float64) string {
	if len(rules) == 0 {
		return "nothing to compute"
	}
	return fmt.Sprintf("%.1f µs: %s", micros, strings.Join(rules, ", "))
}
