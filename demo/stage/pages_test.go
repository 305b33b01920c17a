package stage

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/demotest"
	"doormat/demo/story"
)

// open starts a stage of the default kit and gives its address; columns are those that it
// shows, the story's if there are none.
func open(t testing.TB, columns ...string) (*Stage, string) {
	kit, err := demo.Default()
	require.NoError(t, err)
	return openWith(t, kit, columns...)
}

// get fetches a page, again while it waits for its run.
func get(t testing.TB, address string) (int, string) {
	for range 200 {
		res, err := http.Get(address)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		if !strings.Contains(string(body), "http-equiv=\"refresh\"") {
			return res.StatusCode, string(body)
		}
		time.Sleep(50 * time.Millisecond)
	}
	require.Fail(t, "the run does not end", address)
	return 0, ""
}

// TestLastBeat: whoever looks up only at the end of an act is told what happened, and to whom where
// there is room; a sentence that would not fit stays away.
func TestLastBeat(t *testing.T) {
	_, at := shared(t)
	for attack, says := range map[string]string{
		"quorum-theft": "A thief copies enough key parts. Nobody was warned.",
		"device-theft": "A thief taps the network and copies Marco’s phone. Nobody was warned.",
		"secret-order": "A government secretly seizes everything within its borders. Nobody was warned.",
		"narrow-order": "One world answers the court; the other cannot. Told later: Marco.",
	} {
		_, page := get(t, at+"/wall/"+attack+"?beat=4")
		require.Contains(t, page, ">"+says+"<", attack)
	}
}

// TestStageSaysWhatTheResultSays reads the numbers off the pages of attacks of every family and
// compares them with what the same run counts elsewhere.
func TestStageSaysWhatTheResultSays(t *testing.T) {
	demotest.Long(t)
	s, at := shared(t)
	lab, err := demo.Defaults().Lab(s.kit, story.Conversation())
	require.NoError(t, err)
	lab.Memo = &s.told // what is computed once is not what is compared
	ids := []string{"prekey-swap-checked", "narrow-order", "garbage-field"}
	if *demotest.All {
		ids = append(ids, "quorum-theft", "device-theft", "wiretap")
	}
	lab.Attacks = slices.DeleteFunc(lab.Attacks, func(a technique.Technique) bool { return !slices.Contains(ids, a.Header().ID) })
	r, err := lab.Run(context.Background())
	require.NoError(t, err)
	for _, id := range ids {
		status, page := get(t, at+"/replay/"+id)
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, page, "The script, step by step")
		for _, c := range r.Cells {
			if c.Attack != id {
				continue
			}
			if !c.Applicable {
				require.Contains(t, page, " here: no spare key exists")
				continue
			}
			require.Equal(t, numbers(c), shown(page, c.Design), "%s on %s", id, c.Design)
		}
	}
}

// manyColumns are choices of columns other than the story's pair.
var manyColumns = [][]string{
	{"threshold"},
	{"e2ee", "e2ee-kept", "threshold"},
	{"e2ee", "e2ee-kept", "e2ee-unverified", "threshold", "threshold-delivered"},
}

// TestColumns: every page shows the columns that were asked for, each with its own outcome.
func TestColumns(t *testing.T) {
	demotest.Long(t)
	for i, columns := range manyColumns {
		if i == 1 && !*demotest.All {
			continue // one and five say the same
		}
		t.Run(strings.Join(columns, " "), func(t *testing.T) { // which ends the runs of its overview
			_, at := openWith(t, few(t), columns...)
			for _, path := range []string{"/", "/replay/quorum-theft", "/wall/quorum-theft", "/overview"} {
				status, page := http.StatusOK, ""
				if path == "/overview" { // its table is there before its pictures
					res, err := http.Get(at + path)
					require.NoError(t, err)
					body, err := io.ReadAll(res.Body)
					require.NoError(t, err)
					require.NoError(t, res.Body.Close())
					status, page = res.StatusCode, string(body)
				} else {
					status, page = get(t, at+path)
				}
				require.Equal(t, http.StatusOK, status, "%s of %v", path, columns)
				for _, id := range columns {
					switch {
					case path == "/":
						require.Contains(t, page, `id="home-`+id+`"`)
					case path == "/overview":
						require.Contains(t, page, `data-attack="quorum-theft" data-design="`+id+`"`)
					case strings.HasPrefix(path, "/wall"):
						require.Contains(t, page, `id="number-`+id+`"`)
					default:
						require.Equal(t, len(columns), strings.Count(page, `<th scope="col">`))
					}
				}
				if strings.HasPrefix(path, "/replay") {
					require.Contains(t, page, "attack run quorum-theft --designs "+strings.Join(columns, ","))
				}
			}
		})
	}
}

// TestOrderPage: every way of the story's order stands in the table of its design, and a
// design without one says so.
func TestOrderPage(t *testing.T) {
	_, at := shared(t)
	status, page := get(t, at+"/order")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "What Marco wrote and received from message 13 to 22")
	_, escrow, found := strings.Cut(page, `id="order-threshold"`)
	require.True(t, found)
	_, row, found := strings.Cut(escrow, ">narrow-order</a>")
	require.True(t, found)
	row, _, _ = strings.Cut(row, "</tr>")
	require.Contains(t, row, "<td>4 of 4</td><td>0</td><td>3 of 13</td>")
	require.Contains(t, row, "needs a new one")
	status, page = get(t, at)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, `href="/order"`)
}

// The page of the atlas says of each design what is enough, draws its tree, and is linked.
func TestAtlasPage(t *testing.T) {
	_, at := open(t, "e2ee")
	page := ""
	require.Eventually(t, func() bool {
		_, page = get(t, at+"/atlas")
		return strings.Contains(page, "Certificate")
	}, time.Minute, 50*time.Millisecond)
	require.Contains(t, page, "the store of one device")
	require.Contains(t, page, "other set under these rules")
	require.Contains(t, page, ">or<")
	_, home := get(t, at)
	require.Contains(t, home, `href="/atlas"`)
}

// numbers are what the page of an attack must say of a cell: how much of how much.
func numbers(c attacks.Cell) map[string][2]int {
	list := map[string][2]int{"target": {c.Content.Target.Recovered, c.Content.Target.Total}, "others": {c.Content.Others.Recovered, c.Content.Others.Total},
		"noticed": {len(c.Noticed), 0}, "parties": {c.Parties, 0}}
	for _, p := range attacks.Parts() {
		list[p.Name] = [2]int{p.Count(&c).Recovered, p.Count(&c).Total}
	}
	if c.Lawful.Asked > 0 {
		list["served"] = [2]int{c.Lawful.Served, c.Lawful.Asked}
	}
	if c.Forged > 0 {
		list["forged"] = [2]int{c.Forged, 0}
	}
	return list
}

var value = regexp.MustCompile(`data-design="([^"]*)" data-key="([^"]*)" data-got="(\d+)" data-of="(\d+)"`)

// shown are the numbers that a page has of a design, but for the zeros of what there is only elsewhere.
func shown(page, design string) map[string][2]int {
	list := map[string][2]int{}
	for _, m := range value.FindAllStringSubmatch(page, -1) {
		var n [2]int
		_, _ = fmt.Sscan(m[3]+" "+m[4], &n[0], &n[1])
		if m[1] == design && (n != [2]int{} || m[2] == "noticed") {
			list[m[2]] = n
		}
	}
	return list
}

// TestClaims opens the proof of a message, with its bytes, and refuses what has none.
func TestClaims(t *testing.T) {
	_, at := shared(t)
	status, page := get(t, at+"/replay/quorum-theft/claim/threshold/12")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "trustee:1.store")
	require.Contains(t, page, "provider.store")
	for _, path := range []string{"threshold/0", "threshold/73", "threshold/x", "e2ee/12", "nothing/12"} {
		status, page := get(t, at+"/replay/quorum-theft/claim/"+path)
		require.Equal(t, http.StatusBadRequest, status, path)
		require.Contains(t, page, `role="alert"`)
	}
}

// TestMistakes answers what makes no sense with a page that says so.
func TestMistakes(t *testing.T) {
	_, at := shared(t)
	for path, want := range map[string]string{
		"/replay/quorum-thief":                        "did you mean &#34;quorum-theft&#34;",
		"/replay/quorum-theft?t=9":                    "trustees",
		"/wall/quorum-theft?beat=0":                   "want a number from 1",
		"/wall/quorum-theft?beat=x":                   "want a number from 1",
		"/replay/quorum-theft?at=73":                  "this conversation has 72",
		"/replay/quorum-theft?target=Nobody":          "no account",
		"/overview?n=26":                              "want a number from 1 to 25",
		"/moments/nothing":                            "no attack",
		"/?chat=AAAAAAAAAAAAAAAAAAAAAAAAAA":           "upload it again",
		"/replay/quorum-theft?jurisdictions=" + "A:9": "place 9 trustees",
		"/moments/quorum-theft?chat=%3Cscript%3E":     "chat",
	} {
		status, page := get(t, at+path)
		require.Equal(t, http.StatusBadRequest, status, path)
		require.Contains(t, page, want, path)
		require.Contains(t, page, "To the beginning", path)
	}
	status, _ := get(t, at+"/nothing")
	require.Equal(t, http.StatusNotFound, status)
	status, _ = get(t, at+"/assets/../stage.go")
	require.Equal(t, http.StatusNotFound, status)
}

// TestHostileNames shows a chat whose names and texts are script: everything is inert,
// on every kind of page.
func TestHostileNames(t *testing.T) {
	s, at := shared(t)
	export := ""
	for i, name := range []string{`<script>alert(1)</script>`, `x><img src=x onerror=alert(2)>`, "O'Brien&amp;\u202eevil", `{{.Title}}`} {
		export += fmt.Sprintf("26/03/2017, 19:0%d - %s: <svg onload=alert(3)> ${alert(4)} ]]> -->\n", i, name)
	}
	file := filepath.Join(t.TempDir(), "chat.txt")
	require.NoError(t, os.WriteFile(file, []byte(export), 0o600))
	p, err := http.Post(at+"/chat?name="+url.QueryEscape("<b>chat.txt"), "text/plain", strings.NewReader(export))
	require.NoError(t, err)
	_ = p.Body.Close()
	require.Equal(t, http.StatusOK, p.StatusCode, "after the redirect")
	id := p.Request.URL.Query().Get("chat")
	require.NotEmpty(t, id)
	conv, _, err := s.conversation(choice{Options: demo.Defaults(), Chat: id})
	require.NoError(t, err)
	require.Len(t, conv.Messages, 4, "%v", conv.Messages)
	for _, path := range []string{"/", "/wall/quorum-theft?beat=3", "/replay/quorum-theft", "/replay/device-theft", "/replay/quorum-theft/claim/threshold/1", "/moments/quorum-theft", "/overview"} {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		status, page := get(t, at+path+sep+"chat="+id)
		require.Equal(t, http.StatusOK, status, "%s: %s", path, page)
		for _, bad := range []string{"<script>alert", "<img", "<svg onload", "<b>chat", "\u202e"} {
			require.NotContains(t, page, bad, path)
		}
		bare := regexp.MustCompile(`"[^"]*"`).ReplaceAllString(page, `""`) // what stands in quotes is no attribute
		require.NotRegexp(t, `(?i)<[a-z][^>]*\son[a-z]+=`, bare, path)
		require.NotRegexp(t, `(?i)<[a-z][^>]*\sstyle=`, bare, path)
	}
	_, page := get(t, at+"/replay/quorum-theft/claim/threshold/1?chat="+id)
	require.NotContains(t, page, "onload", "texts that are not invented are not shown")
}

// send uploads a chat and gives its name on the server.
func send(t testing.TB, at, export string) string {
	res, err := http.Post(at+"/chat?name=chat.txt&date-order=dmy", "text/plain", strings.NewReader(export))
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	id := res.Request.URL.Query().Get("chat")
	require.NotEmpty(t, id)
	return id
}

// lines is an export of so many messages of some people.
func lines(messages, people int) string {
	var b strings.Builder
	start := time.Date(2017, 3, 26, 8, 0, 0, 0, time.UTC)
	for i := range messages {
		fmt.Fprintf(&b, "%s - Person %d: message %d\n", start.Add(time.Duration(i)*time.Minute).Format("02/01/2006, 15:04"), i%people, i)
	}
	return b.String()
}

// TestCellsStream follows the matrix as it fills: every cell comes once, as markup of
// the server's, and the page that is fetched then is complete.
func TestCellsStream(t *testing.T) {
	s, at := shared(t)
	chat := "?chat=" + send(t, at, lines(6, 3))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at+"/overview"+chat, nil)
	require.NoError(t, err)
	req.Header.Set("Accept", "text/event-stream")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body) // ends with the runs
	require.NoError(t, err)
	seen := map[[2]string]int{}
	for _, m := range regexp.MustCompile(`(?m)^event: cell\ndata: (.*)$`).FindAllSubmatch(body, -1) {
		var c cellEvent
		require.NoError(t, json.Unmarshal(m[1], &c))
		seen[[2]string{c.Attack, c.Design}]++
		require.Contains(t, c.HTML, "cell")
	}
	require.Len(t, seen, len(s.kit.Attacks)*len(s.kit.Designs))
	for cell, n := range seen {
		require.Equal(t, 1, n, cell)
	}
	status, page := get(t, at+"/overview"+chat)
	require.Equal(t, http.StatusOK, status)
	require.NotContains(t, page, "running")
}

// TestLongChat is usable: pages stay small, and what would take minutes waits until
// somebody asks.
func TestLongChat(t *testing.T) {
	if testing.Short() {
		t.Skip("a run over a long chat takes seconds")
	}
	_, at := openWith(t, few(t), "e2ee-kept")
	id := send(t, at, lines(long+100, 3))
	status, page := get(t, at+"/replay/provider-dump?chat="+id)
	require.Equal(t, http.StatusOK, status)
	require.Less(t, len(page), 400_000)
	require.Contains(t, page, fmt.Sprintf("of %d", long+100))
	status, page = get(t, at+"/overview?chat="+id)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "all=yes")
}

// TestRobNobody: a wall counts the trustees that there are. An address may name others, since a
// room chose five and somebody has made it four; one that names no setting by its key is refused.
func TestRobNobody(t *testing.T) {
	_, at := open(t, "threshold")
	for path, want := range map[string]string{
		"/wall/quorum-theft?beat=3&rob=1,2,99":    "2 of 5 trustees robbed: nothing opens.",
		"/wall/quorum-theft?beat=3&rob=1,2,5":     "3 of 5 trustees robbed: 72 of 72 messages open.",
		"/wall/quorum-theft?beat=3&rob=1,2,5&n=4": "2 of 4 trustees robbed: nothing opens.",
		"/wall/quorum-theft?beat=3&rob=99":        "No trustee is robbed.",
		"/wall/quorum-theft?beat=3&threshold=2":   "in an address it is called t",
		"/wall/quorum-theft?beat=3&rob=1,2;t=2":   "This address cannot be read",
		"/wall/quorum-theft?beat=3&at=%zz":        "This address cannot be read",
	} {
		_, page := get(t, at+path)
		require.Contains(t, page, want, path)
	}
}
