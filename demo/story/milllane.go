package story

import "doormat/world"

// The groups, as long as they fit a line of the script.
const (
	lane   = "Mill Lane neighbours"
	rovers = "Lane Rovers"
)

// millLane is "The Mill Lane chat": six invented people in an invented British town, 72
// messages, two groups, five photos, one call, six weeks of spring 2017.
//
//	Ruth – Ines           16  an analyst and a reporter: failed water tests
//	Marco – Jo            13  two thieves of diggers
//	Sam – Dr Okoye         8  a patient who has told nobody else
//	Mill Lane neighbours   8  bins, a cat and brown water
//	Ruth – Sam             7  a mother, her son, and his secret
//	Lane Rovers            5  a football team, both thieves in it
//	Marco – Ines           4  they share a daughter, no longer a house
//	Marco – Dr Okoye       4  tablets, ladders and an honest number of pints
//	Ines – Dr Okoye        3  a reporter's question (first contact after message 36)
//	Marco – Sam            2  a football coach and his goalkeeper
//	Ruth – Jo              2  neighbours, and a cat
//
// Only Marco and Jo do wrong, and its order says what a court allows. Everybody
// else is innocent, also where they write to Marco: an order for "all of
// Marco" opens 28 messages, of which 15 have nothing to do with the crime, and
// a hand on all 72 unmasks a source. Jo is in both groups. So an order for Jo
// reads what Ruth tells her neighbours about the water, and an order for Marco
// what Sam and Ines tell a team.
//
// The groups change, so that two things can be tried. Mill Lane neighbours are
// Ruth, Jo and Sam; they talk about the doctor before Ruth takes her in, after
// message 29, and about Jo after she has left, after message 67. Lane Rovers are
// Marco, Jo and Sam; they agree on what Ines is to be told before Marco takes her
// in, after message 56. Who came must not read what went before, and who left
// must not read what follows.
//
// Once somebody speaks instead of typing: after message 66, with two men in a van outside,
// Marco calls Jo, so that it is written nowhere. Where the diggers go that night is said in
// that call only. It is what a court would most like to have heard.
//
// The dates and events serve the experiments. Each account sends and receives
// on both sides of message 36, some in bursts, some turn by turn. Ruth and Ines
// compare safety numbers early; Ruth sets up her phone anew; messages 52 and 53
// are under a key that nobody has compared, and Ines's phone holds 53 back until they
// compare again. Marco and
// Jo compare once, late. Nobody else does, which is what people are like. The
// photos go with messages 4, 24, 51, 52 and 58: two before the middle, three that
// reach Marco or are his, one in a group. The tests hold every number given here.
var millLane = Story{
	ID:    "mill-lane",
	Title: "The Mill Lane chat",
	Doc: "Six people in a town: two thieves of diggers, a source and her reporter, a patient, a " +
		"football team. An order for one thief reads his doctor and his daughter's mother, too.",
	Target:     "Marco",
	accounts:   []string{"Ines", "Marco", "Ruth", "Dr Okoye", "Jo", "Sam"},
	privileged: map[string]string{"Ines": "a journalist", "Dr Okoye": "a doctor"},
	telling:    []int{18, 52, 22, 68, 58},
	// Orders name accounts and a window, so this is what narrow-order asks for. The police have
	// nobody's phone: Marco does not know yet that anybody looks.
	Order: "A court has ordered that what Marco writes and receives in a window of days be read: " +
		"he and Jo steal diggers and sell them. " +
		"He also writes to his daughter's mother, his doctor and a football team, who have done " +
		"nothing.",
	applied: world.Application{Accounts: []string{"Marco"}, Since: 13, Until: 22,
		By: "the county police", Why: "a digger is gone, and a farmer past the quarry bought " +
			"one for cash"},
	ties: []Tie{
		{"Ruth", "Ines", "an analyst and a reporter: failed water tests"},
		{"Marco", "Jo", "two thieves of diggers"},
		{"Sam", "Dr Okoye", "a patient who has told nobody else"},
		{lane, "", "bins, a cat and brown water"},
		{"Ruth", "Sam", "a mother, her son, and his secret"},
		{rovers, "", "a football team, both thieves in it"},
		{"Marco", "Ines", "they share a daughter, no longer a house"},
		{"Marco", "Dr Okoye", "tablets, ladders and an honest number of pints"},
		{"Ines", "Dr Okoye", "a reporter's question"},
		{"Marco", "Sam", "a coach and his goalkeeper"},
		{"Ruth", "Jo", "neighbours, and a cat"},
	},
	crime: 1,
	year:  "2017",
	groups: []world.Group{
		{Name: lane, Members: []string{"Ruth", "Jo", "Sam"}},
		{Name: rovers, Members: []string{"Marco", "Jo", "Sam"}},
	},
	events: []world.Event{
		{After: 7, Kind: world.Compare, Account: "Ines", With: "Ruth"}, // at the gardening shelf
		{After: 29, Kind: world.Join, Account: "Dr Okoye", With: "Ruth", Group: lane},
		{After: 41, Kind: world.Compare, Account: "Marco", With: "Jo"}, // behind the bingo
		{After: 48, Kind: world.Reinstall, Account: "Ruth"},            // on the bus
		{After: 56, Kind: world.Join, Account: "Ines", With: "Marco", Group: rovers},
		{After: 60, Kind: world.Compare, Account: "Ines", With: "Ruth"}, // at the shelf again
		{After: 67, Kind: world.Leave, Account: "Jo", Group: lane},      // to a sister's
	},
	photos: map[int]string{4: "digger.png", 24: "cat.png", 51: "digger-green.png",
		52: "sheet-11.png", 58: "colander.png"},
	calls: []call{
		{"24 Apr 21:14", "Marco", []string{"Jo"}, [][2]string{ // after message 66
			{"Marco", "I'm not typing this, Jo. The green one goes to the farmer tonight, " +
				"the other one into the quarry."},
			{"Jo", "Not the quarry, they pump it dry in May. Behind the old dairy. " +
				"And I never picked up this phone."},
			{"Marco", "If they come to me first, none of it was your cousin. " +
				"He thinks it's a combine harvester."},
			{"Jo", "He thinks everything's a combine harvester. Go the long way round, " +
				"and leave your lights off."},
		}},
	},
	script: []line{
		{"20 Mar 07:52", "Ruth", "Ines",
			"You wrote the piece on the school kitchens. Do you still look after people who talk " +
				"to you?"},
		{"20 Mar 08:05", "Ines", "Ruth", "Always. Don't tell me where you work yet. Tell me what " +
			"keeps you awake."},
		{"20 Mar 08:09", "Ruth", "Ines",
			"Water. Samples that fail on Monday and are called 'training samples' by Friday."},
		{"20 Mar 08:30", "Marco", "Jo", "Got a yellow one, 1.7 tonnes, 900 hours. The owner " +
			"still thinks it's parked behind the bypass."},
		{"20 Mar 08:34", "Jo", "Marco", "You're not meant to TYPE that, you lemon. How much and " +
			"how soon?"},
		{"20 Mar 08:41", "Ines", "Ruth", "Then not another word yet. Meet me at the library, and " +
			"we read each other our safety numbers."},
		{"20 Mar 08:43", "Ruth", "Ines",
			"Gardening shelf, one o'clock. I'll be the one pretending to care about dahlias."},
		{"20 Mar 17:20", "Sam", "Ruth", "Mum, is there food, or is it freezer lucky dip again?"},
		{"20 Mar 17:31", "Ruth", "Sam", "Lucky dip. The tub marked 'chilli' may be Christmas " +
			"pudding. Be brave."},
		{"20 Mar 18:02", "Marco", "Ines",
			"I know it's your weekend with Lena, but can I take her to the match on Saturday? " +
				"She asked."},
		{"20 Mar 18:40", "Ines", "Marco", "She asked for a hot dog. The match is your idea. Yes, " +
			"home by six, and gloves this time."},

		{"21 Mar 19:10", "Jo", lane, "Bins are Thursdays now. And number nine is let: a piano, " +
			"no curtains. We've all met the pyjamas."},

		{"22 Mar 21:15", "Marco", "Jo", "Nine grand from the farmer past the quarry. Cash, no " +
			"paper. Three of it is yours."},
		{"22 Mar 21:18", "Jo", "Marco", "I've ground the serial number off and riveted on a new " +
			"plate. Better than the factory did it."},
		{"22 Mar 21:19", "Jo", "Marco", "Trailer's at the old dairy. Come with your lights off, " +
			"the dog next door is a grass."},

		{"23 Mar 19:44", "Ruth", "Ines", "Eleven fails since Christmas, all from the tank above " +
			"Mill Lane. My hands shake when I print them."},
		{"23 Mar 19:52", "Ines", "Ruth", "Then stop printing. Photograph the screen, no flash, " +
			"and eat something. It can wait a day."},
		{"23 Mar 23:47", "Sam", "Dr Okoye",
			"I've found a lump. I've told nobody, not even Mum. I typed this four times before I " +
				"sent it."},
		{"24 Mar 07:58", "Dr Okoye", "Sam",
			"I'm glad you sent it. Most of them are nothing at all. Come on Thursday at five, by " +
				"the side door."},
		{"24 Mar 08:03", "Sam", "Dr Okoye",
			"Will there be a letter? Mum opens anything that looks official. She once paid next " +
				"door's parking fine."},
		{"24 Mar 08:10", "Dr Okoye", "Sam", "No letters. I'll write to you here, and nobody else " +
			"will read it."},

		{"27 Mar 12:26", "Marco", "Dr Okoye",
			"Doctor, the tablets make me dizzy on ladders. And I told the nurse two pints a " +
				"night. It's six."},
		{"27 Mar 12:50", "Dr Okoye", "Marco",
			"Thank you for the honest number. Halve the tablets, no ladders, and let us talk " +
				"about the pints."},
		{"28 Mar 20:11", "Jo", "Ruth", "Your cat has moved in with me again. He's had salmon. " +
			"I'm not a hotel, but he does tip well."},
		{"28 Mar 22:37", "Ruth", "Jo", "Sorry! Lates all week. Post him through the hedge and " +
			"he'll pretend you never met."},
		{"28 Mar 22:41", "Ruth", lane, "Number nine is a doctor, and I'm letting her in here. No " +
			"bunions, no moles, nobody shows her a rash."},
		{"28 Mar 22:44", "Sam", lane, "Please don't, Mum. Nobody wants their doctor to read " +
			"about their bins."},
		{"29 Mar 16:05", "Marco", "Sam", "Training's at seven tomorrow. You're in goal, Pete did " +
			"his knee on a trampoline. He's 44."},
		{"29 Mar 16:30", "Sam", "Marco", "Can't tomorrow, coach, I've got a thing at five. Don't " +
			"ask. I'll do goal after that, promise."},
		{"29 Mar 18:20", "Dr Okoye", lane,
			"Good evening from number nine. The curtains are on order. Is anybody else's tap " +
				"running tea?"},
		{"29 Mar 18:26", "Ruth", lane, "Boil it, all of you, and don't ask me how I know. I read " +
			"it on a kettle."},
		{"29 Mar 20:30", "Marco", rovers, "We lost four-one on Saturday, and it was never four. " +
			"If Lena's mum asks: one hot dog, and she wore the gloves."},
		{"29 Mar 20:34", "Jo", rovers, "It was three, and she wore them on her feet. Also, the " +
			"dog played better than Pete."},

		{"30 Mar 18:12", "Ruth", "Ines", "There's a memo round about 'loyalty'. My manager read " +
			"it out loud and looked at nobody but me."},
		{"30 Mar 18:13", "Ruth", "Ines", "If this comes back to me, it's the job, the pension " +
			"and then the house. I'm still in."},
		{"30 Mar 18:21", "Ines", "Ruth", "Your name is in no file of mine. My editor knows you " +
			"as Dahlia, and thinks you're a man."},
		{"30 Mar 18:55", "Sam", "Dr Okoye", "Thanks for today. You're the first person I've said " +
			"it out loud to. The scan's on the 12th, right?"},
		{"30 Mar 19:20", "Dr Okoye", "Sam",
			"The 12th, 8.40. Ask for Bernie, she's kind. Whatever it shows, you won't have to " +
				"read it alone."},

		{"3 Apr 20:02", "Marco", "Jo", "Next job: two diggers and a generator, site by the ring " +
			"road. The guard goes for chips at nine."},
		{"3 Apr 20:04", "Jo", "Marco", "Not till I know it's you. Somebody called Marco offered " +
			"my cousin a crane last week."},
		{"3 Apr 20:05", "Marco", "Jo", "Car park behind the bingo, ten minutes. Bring the phone, " +
			"we'll check the numbers like spies."},
		{"3 Apr 20:31", "Jo", "Marco", "Right, you're you. Twelve thousand the pair, generator " +
			"on top. I want my half before Easter."},

		{"5 Apr 10:14", "Ines", "Dr Okoye",
			"Ines from the Courier. Have you seen more upset stomachs than usual around " +
				"Mill Lane?"},
		{"5 Apr 13:02", "Dr Okoye", "Ines",
			"I don't discuss patients. The county prints its counts, though, and at home I boil " +
				"my water twice."},
		{"5 Apr 13:09", "Ines", "Dr Okoye", "That's the most useful thing nobody has told me all " +
			"month. No name, no hint, you have my word."},
		{"6 Apr 22:48", "Ruth", "Sam", "You've gone quiet. You'd tell me if something was wrong? " +
			"I can hear you not sleeping."},
		{"6 Apr 22:51", "Sam", "Ruth", "Just exams. You're the one making toast at midnight, " +
			"Mum. What's going on at work?"},
		{"7 Apr 08:16", "Ruth", "Ines", "IT want every phone on the desk by noon, 'for an " +
			"update'. I'm wiping mine on the bus."},
		{"8 Apr 09:30", "Ruth", "Sam", "New phone, same mother. I lost the photo of you with the " +
			"colander on your head. You're welcome."},

		{"10 Apr 23:20", "Marco", "Jo", "Both lifted, not a scratch. The big one's in your " +
			"cousin's barn under the blue sheet."},
		{"10 Apr 23:24", "Jo", "Marco", "The farmer wants it sprayed green so nobody knows it. I " +
			"charge extra for green."},
		{"11 Apr 18:40", "Ruth", "Ines", "It's me on the wiped phone. I got the photographs out " +
			"first: all eleven, with dates and initials."},
		{"11 Apr 18:42", "Ines", "Ruth", "Forgive me, I see a new key. Not a word from me until " +
			"we've stood by the dahlias again."},
		{"12 Apr 09:25", "Sam", "Dr Okoye",
			"Scan's done. Bernie hummed all the way through it. Is humming good? Please say " +
				"humming's good."},
		{"12 Apr 16:58", "Dr Okoye", "Sam",
			"Humming is excellent. It's a cyst, Sam, and harmless. Now go outside and shout at " +
				"something."},
		{"12 Apr 17:30", "Marco", rovers, "Cup game Saturday, ten sharp. Is Sam in goal, or do I " +
			"play myself and die on the halfway line?"},
		{"12 Apr 19:02", "Ines", rovers, "Thanks for having me. Lena wants me behind the goal, " +
			"shouting. She also says it was three hot dogs."},
		{"12 Apr 19:15", "Sam", rovers, "I'm in goal, coach. Mum lost the photo with the " +
			"colander. I didn't. Meet my helmet for Saturday."},
		{"13 Apr 10:12", "Sam", "Ruth", "I had a scare, and it's over, and I'm fine. I'll tell " +
			"you tonight over food that isn't frozen."},
		{"13 Apr 10:15", "Ruth", "Sam", "I'm crying in the stationery cupboard. Anything you " +
			"like for tea. I love you, you secretive lump."},

		{"18 Apr 13:40", "Ines", "Ruth", "Numbers match, so here it is: we print on Thursday. " +
			"The lawyers took out every comma that was yours."},
		{"18 Apr 13:44", "Ruth", "Ines", "Then I'll practise my surprised face on the vending " +
			"machine."},
		{"21 Apr 19:05", "Marco", "Dr Okoye",
			"Two pints, doctor, and it's a true two. Nobody warned me how long an evening is."},
		{"21 Apr 19:48", "Dr Okoye", "Marco",
			"Nobody ever does. Wednesdays, church hall, bad biscuits, good people. Shall I say " +
				"you're coming?"},
		{"24 Apr 21:02", "Jo", "Marco", "Van outside mine. Two blokes, one newspaper, same page " +
			"for an hour. Empty that barn tonight."},
		{"24 Apr 21:09", "Marco", "Jo", "On it. Two grand to your cousin to forget the blue " +
			"sheet. After this one I'm finished, Jo."},
		{"24 Apr 21:30", "Jo", lane, "Off to my sister's for a bit, don't wait up. Ruth, he " +
			"likes the salmon in the blue tin."},
		{"25 Apr 06:33", "Marco", "Ines", "If I'm gone for a bit, tell Lena I was a decent dad " +
			"on Saturdays. I've been stupid over money."},
		{"25 Apr 06:50", "Ines", "Marco", "Tell her yourself. Ring a solicitor before you ring " +
			"me again, and do it before school's out."},
		{"25 Apr 20:15", "Sam", lane, "Two policemen have been through Jo's shed. They took the " +
			"sander and a tin of green paint."},
		{"25 Apr 20:22", "Ruth", lane, "She fed our cat all spring, and I never asked what the " +
			"sander was for. I've bought the blue tin."},
		{"2 May 06:04", "Ruth", "Ines", "They're flushing the pipes on Mill Lane. Sam's making " +
			"tea with it and has no idea. We did that."},
	},
}
