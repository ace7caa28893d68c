package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

const lockName = "lock"

// For how long a folder that is locked is tried, and how often: whoever asks Locked holds the lock for a moment.
const (
	lockPatience = 200 * time.Millisecond
	lockPause    = 10 * time.Millisecond
)

// lockDir locks a folder for as long as the process lives, or until Unlock. Error: ErrLocked.
func lockDir(dir string) (*flock.Flock, error) {
	ctx, cancel := context.WithTimeout(context.Background(), lockPatience)
	defer cancel()
	lock := flock.New(filepath.Join(dir, lockName))
	switch ok, err := lock.TryLockContext(ctx, lockPause); {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("%s: %w", dir, ErrLocked)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", lock.Path(), err)
	case !ok:
		return nil, fmt.Errorf("%s: %w", dir, ErrLocked)
	}
	return lock, nil
}

// Locked reports whether a Journal is open in a folder. What cannot be found out counts as yes.
func Locked(dir string) bool {
	lock := flock.New(filepath.Join(dir, lockName), flock.SetFlag(os.O_RDONLY))
	free, err := lock.TryRLock()
	return err != nil || lock.Unlock() != nil || !free
}
