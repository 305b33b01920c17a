package chat

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo/chat/stamp"
	"doormat/world"
)

func TestConversation(t *testing.T) {
	c := read(t, "26/03/2017, 19:01 - Ruth: a\n26/03/2017, 19:02 - Sam: b\n26/03/2017, 19:03 - Jo: c")
	conv, err := c.Conversation("Kitchen", "")
	require.NoError(t, err)
	require.NoError(t, conv.Check())
	require.Equal(t, &world.Conversation{
		Title: "Kitchen", Accounts: []string{"Ruth", "Sam", "Jo"}, Target: "Ruth",
		Groups: []world.Group{{Name: "Kitchen", Members: []string{"Ruth", "Sam", "Jo"}}},
		Messages: []world.Message{
			{From: "Ruth", To: []string{"Sam", "Jo"}, Group: "Kitchen", Sent: at(2017, 3, 26, 19, 1, 0), Text: "a"},
			{From: "Sam", To: []string{"Ruth", "Jo"}, Group: "Kitchen", Sent: at(2017, 3, 26, 19, 2, 0), Text: "b"},
			{From: "Jo", To: []string{"Ruth", "Sam"}, Group: "Kitchen", Sent: at(2017, 3, 26, 19, 3, 0), Text: "c"},
		},
	}, conv)

	conv, err = c.Conversation("Kitchen", "Jo")
	require.NoError(t, err)
	require.Equal(t, "Jo", conv.Target)
	require.Equal(t, []string{"Ruth", "Sam", "Jo"}, c.Accounts, "left as it was")
}

// Two people write to each other; Telegram says what a group is called.
func TestGroups(t *testing.T) {
	conv, err := read(t, "26/03/2017, 19:01 - Ruth: a\n26/03/2017, 19:02 - Sam: b").Conversation("Kitchen", "")
	require.NoError(t, err)
	require.Empty(t, conv.Groups)
	require.Equal(t, world.Message{From: "Sam", To: []string{"Ruth"}, Sent: at(2017, 3, 26, 19, 2, 0), Text: "b"}, conv.Messages[1])

	c, err := Read("result.json", testdata(t, "telegram.json"), stamp.Any)
	require.NoError(t, err)
	conv, err = c.Conversation("result.json", "")
	require.NoError(t, err)
	require.Equal(t, []world.Group{{Name: "Allotment 9", Members: c.Accounts}}, conv.Groups)
	require.Equal(t, "result.json", conv.Title)
}

func TestSoleAuthorGetsAListener(t *testing.T) {
	for author, listener := range map[string]string{"Ruth": "(silent)", "(silent)": "((silent))"} {
		conv, err := read(t, "26/03/2017, 19:01 - "+author+": a").Conversation("x", "")
		require.NoError(t, err)
		require.NoError(t, conv.Check())
		require.Equal(t, []string{author, listener}, conv.Accounts)
		require.Equal(t, []string{listener}, conv.Messages[0].To)
		require.Equal(t, author, conv.Target)
	}
}

func TestUnknownTarget(t *testing.T) {
	c := read(t, "26/03/2017, 19:01 - Ruth: a\n26/03/2017, 19:02 - Dr Okoye: b")
	_, err := c.Conversation("x", "okoye")
	require.EqualError(t, err, `chat: no account "okoye" in this chat; did you mean "Dr Okoye"? it has ["Ruth" "Dr Okoye"]`)
	_, err = c.Conversation("x", "Ines")
	require.EqualError(t, err, `chat: no account "Ines" in this chat; it has ["Ruth" "Dr Okoye"]`)

	var many strings.Builder
	for i := range 10 {
		fmt.Fprintf(&many, "26/03/2017, 19:01 - user %d: a\n", i)
	}
	_, err = read(t, many.String()).Conversation("x", "Ines")
	require.ErrorContains(t, err, `"user 7"] and 2 more`)

	_, err = new(Chat).Conversation("x", "")
	require.EqualError(t, err, "chat: nobody writes in this chat")
}
