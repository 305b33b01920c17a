package attacks_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/world"
)

// A name that no design has is an error, with the one that was meant; it is never a
// finding that the attack is not applicable.
func TestNamesInHeaders(t *testing.T) {
	header := func(needs, applies, showcase, key string) string {
		src := attack(needs, `applies = [`+applies+`],`, `not_applicable("w")`, "pass")
		return strings.NewReplacer(`showcase = "toy"`, `showcase = "`+showcase+`"`, `{"toy":`, `{"`+key+`":`).Replace(src)
	}
	for want, src := range map[string]string{
		`applies: no design has a rule or program "no such rule"`:                                                                                                                       header(`"provider.store"`, `"no such rule"`, "toy", "toy"),
		`no design has a rule or program "forge a toy mesage"; did you mean "forge a toy message"?`:                                                                                     header(`"provider.store"`, `"forge a toy mesage"`, "toy", "toy"),
		`capability "providr.control": no design has a principal "providr"; did you mean "provider.control"?`:                                                                           header(`"providr.control"`, "", "toy", "toy"),
		`capability "trustees:1..t.store": a range reads NAME:FROM..TO.surface, where NAME is user, device, element, court, agency, trustee, witness or vault; did you mean "trustee"?`: header(`"trustee:1.store", "trustees:1..t.store"`, "", "toy", "toy"),
		`capability "provider:1.store": there is one provider`:                                                                                                                          header(`"provider:1.store"`, "", "toy", "toy"),
		`capability "trustee.store": there may be several of trustee: want trustee:WHICH`:                                                                                               header(`"trustee.store"`, "", "toy", "toy"),
		`capability "device:targt.store": nobody is called "targt"; did you mean "target"?`:                                                                                             header(`"device:targt.store"`, "", "toy", "toy"),
		`showcase: there is no design "tooy"; did you mean "toy"?`:                                                                                                                      header(`"provider.store"`, "", "tooy", "toy"),
		`expects: "escro" is neither a design nor a class of designs; did you mean "escrow"?`:                                                                                           header(`"provider.store"`, "", "toy", "escro"),
		`settings: "treshold": want one of threshold, trustees, `: strings.Replace(header(`"provider.store"`, "", "toy", "toy"),
			`applies = []`, `settings = {"treshold": "2"}`, 1),
		`capability "wizard.control": no design has a principal "wizard": there are agency, court, device, `: header(`"wizard.control"`, "", "toy", "toy"),
	} {
		l := toyLab(t)
		a, err := script.Load("a.star", []byte(src))
		if err == nil {
			l.Attacks = []technique.Technique{a}
			c := runOne(t, l)
			require.False(t, c.Applicable && c.Expected, want)
			require.Contains(t, c.Error, "technique: ", src)
			require.Contains(t, c.Error, want)
			require.False(t, c.Expected)
			continue
		}
		require.ErrorContains(t, err, want)
	}
	for want, change := range map[string][2]string{
		`unknown surface "sotre", want store, control, order, tap or tamper; did you mean "store"?`:     {`"provider.store"`, `"provider.sotre"`},
		`family "teft": want one of insider, theft, compelled, network, evasion; did you mean "theft"?`: {`"theft"`, `"teft"`},
		`kind "atack": want one of attack, control, lawful; did you mean "attack"?`:                     {`kind = "attack"`, `kind = "atack"`},
	} {
		_, err := script.Load("a.star", []byte(strings.Replace(header(`"provider.store"`, "", "toy", "toy"), change[0], change[1], 1)))
		require.ErrorContains(t, err, want)
		require.Contains(t, err.Error(), "did you mean")
	}
}

// Names in calls are looked after alike.
func TestNamesInCalls(t *testing.T) {
	const start = "adv.advance(1)\nK = adv.take(\"trustee:1.store\")\n"
	for body, want := range map[string]string{
		`adv.take("provider.stor")`:                `unknown surface "stor", want store, control, order, tap or tamper; did you mean "store"?`,
		`adv.take("providr.store")`:                `capability providr.store is not among the needs that the header declares; did you mean "provider.store"?`,
		`adv.take("provider.store", "toy mesage")`: `no design has facts of a kind "toy mesage"; did you mean "toy message"?`,
		`adv.facts("plain text")`:                  `no design has facts of a kind "plain text"; did you mean "plaintext"?`,
		`adv.saturate("plantext")`:                 `no design has facts of a kind "plantext"; did you mean "plaintext"?`,
		`adv.apply("open toy message", K)`:         `no rule "open toy message" in design toy; did you mean "open a toy message"?`,
		`adv.attempt("open toy message", K)`:       `no rule "open toy message" in design toy; did you mean "open a toy message"?`,
		`adv.hold("provider.control", "silense")`:  `program "silense" is not among those that the header's applies declares; did you mean "silence"?`,
		`adv.hold("provider.contol")`:              `unknown surface "contol"`,
		"adv.facts(\"attachment\")\nadv.facts(\"metadata\")\nadv.facts(\"toy key\")\nfail(\"right\")": "right",
	} {
		c := runOne(t, toyLab(t, attack(`"provider.store", "provider.control", "trustee:1.store"`, "", opensAll, start+body)))
		require.Contains(t, c.Error, want, body)
	}
	_, err := script.Load("a.star", []byte(`load("helpers/midle.star", "x")`), fstest.MapFS{"helpers/middle.star": {Data: []byte("x = 1")}})
	require.ErrorContains(t, err, `there is no such helper; did you mean "helpers/middle.star"?`)
}

// What the design at hand lacks, and another has, is a finding: it needs no writing, and
// the reason is what the harness found missing.
func TestMissing(t *testing.T) {
	for _, expects := range []string{opensAll, `not_applicable("as written")`, ""} {
		for needs, want := range map[string]string{
			`"court.order", "provider.store"`:        "there is no court",
			`"court.order", "agency.store"`:          "there is no court and no agency",
			`"trustee:4.store"`:                      "there is no trustee 4 of 3",
			`"jurisdiction:Z.control"`:               "nobody sits in jurisdiction Z",
			`"provider.store", "trustee:1..9.store"`: "trustees 1 to 9 of 3 do not exist",
		} {
			src := attack(needs, "", opensAll, "pass")
			if expects == "" {
				src = strings.Replace(src, `"toy": `+opensAll, `"elsewhere": `+opensAll, 1)
			} else {
				src = strings.Replace(src, opensAll, expects, 1)
			}
			l := toyLab(t, src)
			l.Known = append(l.Known, classy{"elsewhere"})
			c := runOne(t, l)
			require.Empty(t, c.Error)
			require.False(t, c.Applicable)
			require.Equal(t, want, c.Missing)
			require.Equal(t, want, c.Why)
			require.Equal(t, expects != opensAll, c.Expected, needs)
		}
	}
	l := toyLab(t, strings.Replace(attack(`"provider.store"`, "", opensAll, "adv.take(\"provider.store\")"), `"toy": `, `"elsewhere": `, 1))
	l.Known = append(l.Known, classy{"elsewhere"})
	require.Contains(t, runOne(t, l).Error, "expects: nothing for any of toy, escrow, and the attack is applicable")
}

// A need that the script never uses in its showcase is a surprise.
func TestIdleNeeds(t *testing.T) {
	for body, want := range map[string]string{
		keyTheft:                            "needs that the script never used in its showcase: network.tap, provider.control",
		`adv.tap("network.tap")` + keyTheft: "needs that the script never used in its showcase: provider.control",
		"adv.tap(\"network.tap\")\nadv.hold(\"provider.control\")" + keyTheft: "",
	} {
		l := toyLab(t, attack(`"provider.store", "trustee:1.store", "network.tap", "provider.control"`, "", opensAll, body))
		c := runOne(t, l)
		require.Empty(t, c.Error)
		require.Equal(t, want, c.Trace.Surprise)
		require.Equal(t, want == "", c.Expected)
		l.Designs = []world.Design{renamed{anything{}}} // not its showcase
		res, err := l.Run(context.Background())
		require.NoError(t, err)
		require.True(t, res.Cells[0].Expected)
	}
	// What there is to ask for only while the conversation goes on is idle at its end.
	for at, want := range map[int]bool{2: false, 4: true} {
		l := toyLab(t, attack(`"provider.store", "trustee:1.store", "network.tap"`, "", opensAll,
			"if adv.at == 0:\n    adv.tap(\"network.tap\")"+keyTheft))
		l.Settings.At = at
		require.Equal(t, want, runOne(t, l).Expected, "at %d", at)
	}
}
