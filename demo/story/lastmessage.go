package story

import "doormat/world"

// The groups, as long as they fit a line of the script.
const (
	shift = "Night shift"
	forty = "Forty balloons"
)

// lastMessageStory asks what is left to know when an attacker is dead and has written to
// somebody two minutes before. Nothing is told of the attack itself. What an order finds is
// that nobody helped, which is worth something; with it come a counsellor's words and the
// plans for a birthday, which read like something else.
var lastMessageStory = Story{
	ID:    "last-message",
	Title: "The Station Walk chat",
	Doc: "An attacker is dead. Two minutes before, he wrote to somebody. Was he alone? What is " +
		"left to know, who can still say it, and who comes under suspicion because of what " +
		"was read?",
	Target:     "Dean",
	accounts:   []string{"Dean", "Pav", "Lorna", "Bea", "Kit", "Dr Lind"},
	privileged: map[string]string{"Dr Lind": "a doctor"},
	telling:    []int{19, 12, 7, 26},
	Order: "A court has ordered that what Dean wrote and received in his last days be read: he " +
		"has killed, he is dead, and nobody knows whether others helped. He also wrote to a " +
		"counsellor, to his sister, and to colleagues who were planning a birthday.",
	applied: world.Application{Accounts: []string{"Dean"}, Since: 11, Until: 20,
		By: "the police, the day after", Why: "nobody knows whether others helped",
		// His was on him, and the friend brings his own: he says so in message 24.
		Phones: []world.Phone{{Account: "Dean", Since: 20},
			{Account: "Pav", Since: 23, Unlocks: true}}},
	ties: []Tie{
		{"Pav", "Lorna", "a friend and a sister, afterwards"},
		{"Dean", "Pav", "two who shared a flat, and a last message"},
		{forty, "", "a surprise for Lorna, on the same Saturday at two"},
		{"Bea", "Kit", "colleagues who are asked about a knife"},
		{"Dean", "Dr Lind", "a client and his counsellor"},
		{"Dean", "Lorna", "a brother and his sister"},
		{shift, "", "breaks of nine minutes"},
		{"Lorna", "Dr Lind", "a question that has no answer"},
	},
	crime:    1,
	forwards: map[int]int{24: 19}, // the words lie on a third phone, too
	year:     "2018",
	groups: []world.Group{
		{Name: shift, Members: []string{"Bea", "Kit", "Dean"}},
		{Name: forty, Members: []string{"Bea", "Kit", "Dean"}},
	},
	events: []world.Event{
		{After: 7, Kind: world.Compare, Account: "Dean", With: "Dr Lind"}, // by the side door
		{After: 25, Kind: world.Join, Account: "Lorna", With: "Bea", Group: forty},
	},
	script: []line{
		{"2 Jun 19:10", "Dean", "Pav", "You left your good pan. The dog sits on your side of the " +
			"sofa and sighs."},
		{"2 Jun 19:22", "Pav", "Dean", "Keep the pan, give him the crusts. How are you sleeping? " +
			"The honest number."},
		{"2 Jun 19:40", "Dean", "Pav", "I'm not. I read till four. There's people who say what I " +
			"think, only better."},
		{"2 Jun 19:58", "Pav", "Dean", "Those people sell T-shirts, Dean. Come and stay a week. " +
			"The sofa's bad, my mum's cooking isn't."},
		{"4 Jun 08:30", "Dr Lind", "Dean", "You missed Thursday. No reproach. I have Tuesday at " +
			"four, and there is the side door."},
		{"4 Jun 09:15", "Dean", "Dr Lind", "I'll come if nobody writes anything down."},
		{"4 Jun 09:31", "Dr Lind", "Dean",
			"I write down that you came. What you say stays in the room, as far as the law " +
				"lets me."},
		{"5 Jun 21:40", "Bea", shift, "They've cut the breaks to nine minutes. I'm going to say " +
			"something on Friday, with my actual mouth."},
		{"5 Jun 21:44", "Kit", shift, "I'll stand next to you. I can't speak, I go red. But " +
			"I'm tall."},
		{"6 Jun 18:15", "Kit", forty, "Saturday at two, the hall by the market. Not a word to " +
			"anybody, or it was all for nothing."},
		{"6 Jun 18:20", "Bea", forty, "I've got the key. Dean brings her round to the front. " +
			"Who's got the big knife?"},
		{"6 Jun 18:26", "Kit", forty, "My nan. It's older than she is. She wants it back clean " +
			"this time."},
		{"7 Jun 12:05", "Dean", forty, "I can't bring her. Something at two. Start without me."},
		{"7 Jun 19:30", "Lorna", "Dean",
			"Are you doing anything about Saturday, or shall I forget that I'm forty as well?"},
		{"7 Jun 23:10", "Dean", "Lorna", "You were always the good one. Happy birthday, in case " +
			"I don't get round to it."},
		{"8 Jun 07:45", "Lorna", "Dean", "That's an odd thing to write at eleven at night. Ring " +
			"me. I'm not cross."},
		{"8 Jun 16:20", "Dr Lind", "Dean",
			"You were quiet on Tuesday, in another way than usual. My telephone is on all " +
				"weekend."},
		{"8 Jun 22:02", "Bea", shift, "I said it! Nobody breathed. Then the whole line put their " +
			"scanners down. Dean, where were you?"},
		{"9 Jun 13:58", "Dean", "Pav", "It'll be on the news. Nobody helped me, nobody knew. " +
			"Feed the dog. Tell Lorna it wasn't her."},
		{"9 Jun 14:09", "Pav", "Dean", "What'll be on the news? I was in the shower. Dean, " +
			"pick up."},
		{"9 Jun 14:15", "Pav", "Lorna", "Is Dean with you? Please just say yes."},
		{"9 Jun 14:19", "Lorna", "Pav", "I'm in the hall in a paper hat with the doors locked. " +
			"They say it's the market. Where is he, Pav?"},
		{"9 Jun 14:31", "Kit", forty, "All of ours are in the kitchen, and nobody's hurt. Don't " +
			"go out by the front. Dean, where are you? Answer."},
		{"9 Jun 16:50", "Pav", "Lorna", "The police have it too. Sit down. Forwarded: " +
			"It'll be on the news. Nobody helped me, nobody knew. Feed the dog. Tell Lorna it " +
			"wasn't her."},
		{"9 Jun 23:40", "Lorna", "Pav", "I've read it eleven times. Tell me what I didn't see. " +
			"I'd have seen it in a stranger."},
		{"11 Jun 10:12", "Bea", "Kit", "They were here. They've got 'Saturday at two' and 'not a " +
			"word', and they asked me who has the big knife."},
		{"11 Jun 10:20", "Kit", "Bea", "They've been to my nan. She showed them the cake tin. " +
			"She's eighty-one and she's shaking."},
		{"11 Jun 10:24", "Bea", "Kit", "I'd tell them anything. But why do they know what we " +
			"wrote, and not that it was balloons?"},
		{"11 Jun 20:05", "Lorna", forty,
			"I've seen the banner. You'd spelt it right and everything. Thank you. I'm so sorry " +
				"that they came to you."},
		{"12 Jun 11:00", "Lorna", "Dr Lind",
			"Did he tell you? I don't want it for the papers. I want to know if anybody " +
				"could have."},
		{"12 Jun 17:48", "Dr Lind", "Lorna",
			"I may not say what he said. I have gone over every word of it, every night. That I " +
				"may say."},
		{"13 Jun 08:10", "Pav", "Lorna", "A minister says there must have been others, and that " +
			"a phone knows. It's me. I'm the others. I was in the shower."},
		{"13 Jun 08:31", "Lorna", "Pav", "You asked him for the honest number. Nobody else did, " +
			"me included. Come and eat something."},
		{"15 Jun 19:20", "Kit", "Bea", "They've given Nan her knife back, with a receipt. She's " +
			"framed the receipt."},
		{"15 Jun 19:26", "Bea", "Kit", "Of course she has. Tell her we're doing Lorna's cake " +
			"again in the autumn. By daylight, windows open."},
		{"16 Jun 21:03", "Lorna", "Pav", "The dog's with me now. He sits on your side."},
	},
}
