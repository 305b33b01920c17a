package world

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var threeOfFive = Settings{Threshold: 3, Trustees: 5, Jurisdictions: "A:2,B:2,C:1", Target: "Ada", At: 1, Mailbox: MailboxAll, Resend: ResendAsked, Compare: CompareStory, Lock: LockOff}

func TestParseCapability(t *testing.T) {
	for _, text := range []string{"provider.store", "device:target.control", "trustee:2.order", "network.tap", "network.tamper",
		"court.store", "jurisdiction:A.control", "jurisdiction:A.order", "device:A.B.store"} {
		c, err := ParseCapability(text)
		require.NoError(t, err)
		require.Equal(t, text, c.String())
	}
	for text, want := range map[string]string{
		"":                     "want principal.surface",
		"provider":             "want principal.surface",
		".store":               "want principal.surface",
		"provider.key":         `unknown surface "key"`,
		"provider.tap":         "belong to the network",
		"network.store":        "belong to the network",
		"jurisdiction:A.store": "a thief has no jurisdiction",
	} {
		_, err := ParseCapability(text)
		require.ErrorContains(t, err, want)
	}
}

func TestExpand(t *testing.T) {
	twoCourts := threeOfFive
	twoCourts.Own = twoCourts.Own.With(Courts, "2")
	none := threeOfFive
	none.Threshold = 1
	for _, c := range []struct {
		needs string
		s     Settings
		want  string // "!" and a fault, "-" for not applicable
	}{
		{"trustee:1..t.store", threeOfFive, "trustee:1.store trustee:2.store trustee:3.store"},
		{"trustee:n-t+1..n.control", threeOfFive, "trustee:3.control trustee:4.control trustee:5.control"},
		{"trustee:t.order provider.order", threeOfFive, "trustee:3.order provider.order"},
		{"trustee:01.store", threeOfFive, "trustee:1.store"},
		{"device:target.store jurisdiction:A.control", threeOfFive, "device:target.store jurisdiction:A.control"},
		{"trustee:1..t-1.store", none, "-"},
		{"trustee:0.store", threeOfFive, "-"},
		{"trustee:6.store", threeOfFive, "-"},
		{"trustee:1..6.store", threeOfFive, "-"},
		{"trustee:t..1.store", threeOfFive, "-"},
		{"trustee:1..t.store trustee:2.store", threeOfFive, "!declared twice"},
		{"provider.store provider.store", threeOfFive, "!declared twice"},
		{"device:1..t.store", threeOfFive, "device:1.store device:2.store device:3.store"},
		{"device:2..n-t.control", threeOfFive, "device:2.control"},
		{"device:0..t.store", threeOfFive, "-"},
		{"device:1..101.store", threeOfFive, "-"},
		{"device:target..t.store", threeOfFive, "!neither t, n, courts nor a number"},
		{"provider:1..2.order", threeOfFive, "!NAME:FROM..TO.surface, where NAME is user, device, element, court, agency, trustee, witness or vault"},
		{"court:1.order agency:courts.store", threeOfFive, "court.order agency.store"},
		{"court:1..courts.order agency:courts-1.store", twoCourts, "court.order court:2.order agency.store"},
		{"court:2.order", threeOfFive, "-"},
		{"court.order court:1.order", twoCourts, "!declared twice"},
		{"trustee:1..t", threeOfFive, "!NAME:FROM..TO.surface"},
		{"trustee:one.store", threeOfFive, "!neither t, n, courts nor a number"},
		{"trustee:1..many.store", threeOfFive, "!neither t, n, courts nor a number"},
		{"trustee:1..t.key", threeOfFive, "!unknown surface"},
	} {
		got, err := SharedPrincipals().Expand(strings.Fields(c.needs), c.s)
		switch c.want[0] {
		case '-':
			require.ErrorIs(t, err, ErrNotApplicable, c.needs)
		case '!':
			require.ErrorContains(t, err, c.want[1:], c.needs)
			require.NotErrorIs(t, err, ErrNotApplicable, c.needs)
		default:
			require.NoError(t, err)
			var texts []string
			for _, one := range got {
				texts = append(texts, one.String())
			}
			require.Equal(t, c.want, strings.Join(texts, " "))
		}
	}
}

func TestIndex(t *testing.T) {
	for expr, want := range map[string]int{"t": 3, "n": 5, "n-t+1": 3, "7": 7, "t-n": -2, "1+1+1": 3, "0": 0} {
		got, err := Index(expr, threeOfFive)
		require.NoError(t, err)
		require.Equal(t, want, got, expr)
	}
	for _, expr := range []string{"", "-1", "t--1", "t+", "x", "2t", "t*2", "1048577", "99999999999999999999", " t"} {
		_, err := Index(expr, threeOfFive)
		require.Error(t, err, "%q", expr)
	}
}

func TestMembers(t *testing.T) {
	for principal, want := range map[string][]string{
		"jurisdiction:A": {"backup", "provider", "trustee:1", "trustee:2", "vault:1", "vault:2"},
		"jurisdiction:C": {"trustee:5", "vault:5"},
		"device:target":  {"device:Ada"},
		"user:partner":   {"user:Ben"},
		"device:partner": {"device:Ben"},
		"device:1":       {"device:Ada"},
		"device:2":       {"device:Ben"},
		"device:3":       {"device:Cleo"},
		"device:4":       {"device:4"}, // does not exist
		"device:0":       {"device:0"},
		"device:Cleo":    {"device:Cleo"},
		"provider":       {"provider"},
		"trustee:2":      {"trustee:2"},
	} {
		got, err := SharedPrincipals().Members(principal, threeOfFive, []string{"Ada", "Ben", "Cleo"})
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := SharedPrincipals().Members("jurisdiction:D", threeOfFive, nil)
	require.ErrorIs(t, err, ErrNotApplicable)
}

func TestPlacement(t *testing.T) {
	for n := 1; n <= MaxTrustees; n++ {
		s := Settings{Threshold: 1, Trustees: n, Jurisdictions: RoundRobin(n)}
		placed, err := SharedPrincipals(Provider, TrusteeName).Placement(s)
		require.NoError(t, err)
		require.Len(t, placed, n+1)
		seats := map[string]int{}
		for _, where := range placed {
			seats[where]++
		}
		require.LessOrEqual(t, seats["A"]-1-seats["C"], 1, "as even as it can be")
	}
	for _, text := range []string{"", "A", "A:x", "A:-1", ":3", "A:1,A:2", "A:2", "A:4", "A:3,", "A:101", "A:3,B:0,B:0"} {
		s := Settings{Threshold: 1, Trustees: 3, Jurisdictions: text}
		_, err := SharedPrincipals().Placement(s)
		require.Error(t, err, text)
	}
}

func TestSettingsCheck(t *testing.T) {
	c := &Conversation{Accounts: []string{"Ada", "Ben"}, Messages: make([]Message, 4)}
	require.NoError(t, threeOfFive.Check(c))
	for want, change := range map[string]func(*Settings){
		"threshold 0 of 5":         func(s *Settings) { s.Threshold = 0 },
		"threshold 6 of 5":         func(s *Settings) { s.Threshold = 6 },
		"threshold 3 of 101":       func(s *Settings) { s.Trustees = 101 },
		`target "Zoe"`:             func(s *Settings) { s.Target = "Zoe" },
		"at 0":                     func(s *Settings) { s.At = 0 },
		"at 5":                     func(s *Settings) { s.At = 5 },
		"retention -1":             func(s *Settings) { s.Retention = -1 },
		`mailbox "some"`:           func(s *Settings) { s.Mailbox = "some" },
		"refresh and rotate count": func(s *Settings) { s.Rotate = -1 },
		"place 5 trustees":         func(s *Settings) { s.Trustees = 4 },
	} {
		s := threeOfFive
		change(&s)
		require.ErrorContains(t, s.Check(c), want)
	}
}
