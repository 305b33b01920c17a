package demo

import (
	"doormat/attacks/language"
	"doormat/attacks/library"
	"doormat/attacks/script"
)

// Stub is what an editor needs to know of the words that scripts are written in, the helpers of
// the library among them: type hints in Python.
func Stub() (string, error) {
	helpers, err := script.Helpers(library.Files)
	if err != nil {
		return "", err
	}
	return language.Stub(helpers), nil
}
