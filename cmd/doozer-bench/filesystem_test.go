package main

import (
	"testing"

	"github.com/bmizerany/assert"
)

func TestMountedAt(t *testing.T) {
	mounts := "/dev/vda / ext4 rw 0 0\ntmpfs /dev tmpfs rw 0 0\nshm /dev/shm ramfs rw 0 0\nbad\n"
	for dir, kind := range map[string]string{
		"/": "ext4", "/home/me": "ext4", "/dev": "tmpfs", "/dev/shm": "ramfs", "/dev/shm/a": "ramfs", "/dev/shmother": "tmpfs",
	} {
		assert.Equal(t, kind, mountedAt(mounts, dir), dir)
	}
	assert.Equal(t, "", mountedAt("", "/"))
}
