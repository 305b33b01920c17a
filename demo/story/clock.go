package story

import "doormat/world"

// The group of those who search, as long as it fits a line of the script.
const search = "Find Milo"

// clockStory is lawful access at its best: a child has been taken by his father, he needs a
// medicine that is at home, somebody knows where they are, and each hour counts. What an
// order costs here is that the father's solicitor is read, and what a delay costs stands in
// the times of the messages. The child is found because his father tells, at five past ten;
// the message that says where he is was written at twenty past one.
var clockStory = Story{
	ID:    "clock",
	Title: "The Harbour Road chat",
	Doc: "A child is missing, and hours count. Milo, who is eight and has asthma, was fetched " +
		"from school by his father; a friend knows where they are. What does each delay mean?",
	Target:     "Lewis",
	accounts:   []string{"Nadia", "Lewis", "Tom", "Aled", "Ms Rao", "Kerry"},
	privileged: map[string]string{"Ms Rao": "a lawyer"},
	telling:    []int{31, 17, 13, 25},
	Order: "A court has ordered that what Lewis wrote and received on that day be read: he has " +
		"taken his son, who needs a medicine that is at home. He also wrote to his solicitor, " +
		"who told him to drive back.",
	// The police have nobody's phone: the father's is switched off, and far away.
	applied: world.Application{Accounts: []string{"Lewis"}, Since: 1, Until: 20,
		By: "the officer who leads the search", Why: "a boy needs a medicine that is at home"},
	ties: []Tie{
		{"Lewis", "Aled", "a father, and the friend whose caravan it is"},
		{search, "", "those who search, and one who knows"},
		{"Nadia", "Kerry", "a mother and her neighbour"},
		{"Lewis", "Ms Rao", "a client and his solicitor"},
		{"Tom", "Aled", "a question, and a lie"},
		{"Nadia", "Tom", "a sister and her brother"},
		{"Nadia", "Lewis", "they share a son, and a court date"},
	},
	year:   "2017",
	groups: []world.Group{{Name: search, Members: []string{"Nadia", "Tom", "Kerry"}}},
	events: []world.Event{
		{After: 3, Kind: world.Compare, Account: "Lewis", With: "Ms Rao"}, // at her office
		{After: 20, Kind: world.Join, Account: "Aled", With: "Tom", Group: search},
	},
	script: []line{
		{"13 Oct 08:05", "Nadia", "Kerry", "Can you take Milo in with yours on Monday? Court at " +
			"nine, and I want to be early and dull."},
		{"13 Oct 08:11", "Kerry", "Nadia", "Gladly. He can show mine how to tie a lace with one " +
			"hand. They talk of nothing else."},
		{"13 Oct 11:30", "Lewis", "Ms Rao",
			"On Monday they'll cut me down to two Saturdays a month, won't they? Say it straight."},
		{"13 Oct 11:52", "Ms Rao", "Lewis", "They may. Come on time, in a clean shirt, and agree " +
			"to the handover. That is how one gets more."},
		{"13 Oct 13:15", "Lewis", "Aled", "Is the caravan free? I want two days by the sea where " +
			"nobody rings me."},
		{"13 Oct 13:20", "Aled", "Lewis", "All yours. Seal Point, pitch 14, key under the blue " +
			"gas bottle. The heater sulks, kick it low on the left."},
		{"13 Oct 15:42", "Nadia", "Kerry", "Milo isn't at the gate. Is he with yours? Please say " +
			"he's with yours."},
		{"13 Oct 15:43", "Kerry", "Nadia",
			"Mine came out alone. Miss Barlow says his dad fetched him at one, for the dentist. " +
				"Is there a dentist?"},
		{"13 Oct 15:44", "Nadia", "Tom", "Lewis took Milo out of school. There is no dentist. " +
			"He's not picking up. Please come."},
		{"13 Oct 15:46", "Tom", "Nadia", "On my way. Ring 999 before you ring anybody, and say " +
			"first that he's got asthma."},
		{"13 Oct 16:02", "Nadia", "Lewis",
			"Where is he? I'm not angry. His inhaler's here on the shelf. Just tell me where " +
				"you are."},
		{"13 Oct 16:30", "Kerry", search,
			"I've asked all along Harbour Road. The baker saw a red van go east at twenty " +
				"past one."},
		{"13 Oct 16:58", "Lewis", "Aled",
			"If anybody asks, I'm at my cousin's in Leeds. It's only till Monday. I want him to " +
				"see the sea with me once."},
		{"13 Oct 17:05", "Aled", "Lewis", "Tell me you asked her. Tell me his mum knows."},
		{"13 Oct 17:06", "Lewis", "Aled", "She'd have said no, as ever. He's fine, he's named a " +
			"crab. Keep it to yourself."},
		{"13 Oct 17:40", "Lewis", "Ms Rao",
			"Hypothetically: what if a man has his boy a bit longer than he should?"},
		{"13 Oct 17:51", "Ms Rao", "Lewis",
			"Then he drives him home tonight and rings me from the doorstep. Each hour makes it " +
				"worse, for him and for the boy."},
		{"13 Oct 18:20", "Tom", search, "The police have asked where his phone is. It's off. " +
			"They want to know who he'd tell."},
		{"13 Oct 18:26", "Nadia", search, "Last winter it took five hours from the first cough " +
			"to the ambulance. I keep counting."},
		{"13 Oct 18:40", "Kerry", search,
			"Who are his friends? Somebody must know Aled, with the boat trailer. Tom, you used " +
				"to fish with him."},
		{"13 Oct 19:10", "Tom", "Aled", "You know Lewis best. Has he said where he'd go? I've " +
			"put you in the group, in case you hear."},
		{"13 Oct 19:24", "Aled", "Tom", "He said Leeds. A cousin. I'd look in Leeds."},
		{"13 Oct 19:26", "Aled", "Lewis", "I'm in a group with her now. I said Leeds, and I feel " +
			"sick. Bring him back or I'll say it myself."},
		{"13 Oct 19:40", "Lewis", "Aled", "Tomorrow, after breakfast. He's coughing a bit, it's " +
			"the damp. I've kicked the heater."},
		{"13 Oct 19:52", "Nadia", search,
			"He's got no inhaler with him. The blue one's in my hand. If anybody can reach " +
				"Lewis, tell him that and nothing else."},
		{"13 Oct 19:55", "Aled", "Lewis",
			"She says he's got nothing with him. Has he? Lewis, look in his bag."},
		{"13 Oct 20:01", "Lewis", "Aled", "There's one in the bag. It's empty. I thought it was " +
			"a spare."},
		{"13 Oct 20:03", "Aled", "Lewis", "Then drive. Now. Ring her from the road."},
		{"13 Oct 20:35", "Kerry", search, "Thirty of us are along the canal with torches. It's " +
			"the wrong place, I know. Nobody can sit down."},
		{"13 Oct 21:10", "Nadia", "Kerry", "I've ironed his school shirt. I don't know why. It's " +
			"hanging on the door like somebody waiting."},
		{"13 Oct 22:05", "Lewis", "Nadia",
			"The van won't start. Seal Point, pitch 14. He's asking for you and he's wheezing. " +
				"Bring the blue one. I'm sorry."},
		{"13 Oct 22:06", "Nadia", "Tom", "Seal Point, pitch 14. Tell them. Tell them now."},
		{"13 Oct 23:48", "Tom", search, "They've got him. He has a mask on, he's holding Nadia's " +
			"thumb and asks if the crab may come. He'll be all right."},
		{"14 Oct 00:10", "Kerry", search,
			"I've cried on a policeman. Go home, all of you. There's soup on your step, Nadia."},
		{"14 Oct 09:30", "Ms Rao", "Lewis",
			"You told her yourself, in the end, and that will count. Say nothing more to anybody " +
				"until I'm in the room."},
		{"14 Oct 10:12", "Aled", "Tom", "I knew at twenty past one. I sent you to Leeds. I don't " +
			"know how to write the rest of this."},
		{"14 Oct 10:41", "Tom", "Aled", "Five hours, Aled, from when she asked us all. Don't " +
			"write it. Come and say it to her."},
		{"14 Oct 11:05", "Nadia", "Kerry", "He slept till ten with his fist round the blue one. " +
			"I'll do the school run on Monday. I'll do all of them."},
	},
}
