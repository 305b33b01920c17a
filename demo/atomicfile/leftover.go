package atomicfile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A file is written under another name beside its place. A process that is killed at once (kill -9, a power
// cut) leaves that name behind. It tells which machine and process made it, so the
// next run that writes into the folder can tell the leftovers of the dead from
// the work of the living.

// tempPrefix begins the names of this process's temporary files and folders.
func tempPrefix() string { return fmt.Sprintf(".doormat-%08x-%d-", machine(), os.Getpid()) }

// machine is a hash of the host's name: a folder may be shared with others, whose
// process numbers say nothing here.
func machine() uint32 {
	name, _ := os.Hostname()
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	return h.Sum32()
}

// createTemp makes a file of its own in a folder, with the permissions that the user's
// other new files get, and clears what a dead process left there.
func createTemp(folder string) (*os.File, error) {
	clearLeftovers(folder)
	return os.OpenFile(filepath.Join(folder, tempPrefix()+rand.Text()),
		os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
}

// clearLeftovers removes temporary files and folders of processes that are no more. A
// file that lies in such a folder itself was about to be replaced: it goes back to its
// place, unless the new one is there already. See bundle.
func clearLeftovers(folder string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return // the write that follows will say why
	}
	for _, e := range entries {
		if !isLeftover(e.Name()) {
			continue
		}
		path := filepath.Join(folder, e.Name())
		kept, _ := os.ReadDir(path) // nothing, if it is a file
		for _, old := range kept {
			place := filepath.Join(folder, old.Name())
			if _, err := os.Lstat(place); old.Type().IsRegular() && errors.Is(err, fs.ErrNotExist) {
				_ = os.Rename(filepath.Join(path, old.Name()), place)
			}
		}
		_ = os.RemoveAll(path)
	}
}

// isLeftover reports whether a name is that of a temporary file of this machine
// whose process has ended.
func isLeftover(name string) bool {
	rest, ours := strings.CutPrefix(name, fmt.Sprintf(".doormat-%08x-", machine()))
	number, _, whole := strings.Cut(rest, "-")
	pid, err := strconv.Atoi(number)
	return ours && whole && err == nil && pid > 0 && pid != os.Getpid() && !alive(pid)
}
