package store

import (
	"fmt"
	"strings"
)

// CheckPath says whether path is one: "/", or one or more of "/" and a name of
// A-Z a-z 0-9 . - _, of MaxPath bytes and MaxNames names at most. Its error wraps ErrBadPath.
func CheckPath(path string) error {
	if path == "/" {
		return nil
	}
	if len(path) > MaxPath {
		return fmt.Errorf("%w: %d bytes, at most %d", ErrBadPath, len(path), MaxPath)
	}
	if !wellFormed(path, isNameByte) {
		return fmt.Errorf("%w: %.80q", ErrBadPath, path)
	}
	if n := depth(path); n > MaxNames {
		return fmt.Errorf("%w: %d names, at most %d", ErrBadPath, n, MaxNames)
	}
	return nil
}

// wellFormed reports whether s is one or more of "/" and a name of the bytes allowed.
func wellFormed(s string, allowed func(byte) bool) bool {
	if s == "" || s[0] != '/' {
		return false
	}
	last := byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '/' && last == '/' || c != '/' && !allowed(c) {
			return false
		}
		last = c
	}
	return last != '/'
}

func isNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '.' || c == '-' || c == '_'
}

// depth is the number of names in a path; 0 for "/".
func depth(path string) int {
	if path == "/" {
		return 0
	}
	return strings.Count(path, "/")
}

// parent is the directory that holds path, which is not "/".
func parent(path string) string {
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return "/"
}

// inside is the prefix that all paths below dir have.
func inside(dir string) string {
	if dir == "/" {
		return "/"
	}
	return dir + "/"
}
