package story

// A Tie is two people who write to each other, and what is between them.
type Tie struct{ A, B, About string }

// Ties lists who writes to whom, the busiest first. Each call returns a new list.
func Ties() []Tie {
	return []Tie{
		{"Ruth", "Ines", "a water company's analyst and a reporter: failed tests, hidden"},
		{"Marco", "Jo", "two people who steal diggers and sell them"},
		{"Sam", "Dr Okoye", "a patient who has told nobody else"},
		{"Ruth", "Sam", "a mother, and the son who keeps it from her"},
		{"Marco", "Ines", "they share a daughter, no longer a house"},
		{"Marco", "Dr Okoye", "tablets, ladders and an honest number of pints"},
		{"Marco", "Sam", "a football coach and his goalkeeper"},
		{"Ines", "Dr Okoye", "a reporter's question"},
		{"Ruth", "Jo", "neighbours, and a cat"},
	}
}
