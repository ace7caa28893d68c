package client

import (
	"encoding"
	"errors"
	"math/big"
	"testing"

	"github.com/bmizerany/assert"
)

// What reads itself from a text may keep the memory it has. That of the default is not its: neither it, nor
// a value that was given out before, changes with what is read later.
func TestLoadLeavesDefaultsAlone(t *testing.T) {
	type config struct{ N big.Int }
	var def config
	def.N.SetInt64(5)
	none := Loaded[config]{Value: def}
	first, err := load(viewOf("/app/n", "7"), "/app", none, def)
	assert.Equal(t, nil, err)
	assert.Equal(t, "7", first.Value.N.String())
	second, err := load(viewOf("/app/n", "9"), "/app", first, def)
	assert.Equal(t, nil, err)
	assert.Equal(t, "9", second.Value.N.String())
	assert.Equal(t, "7", first.Value.N.String(), "a value that was given out has changed")
	third, err := load(viewOf("/app/other", ""), "/app", second, def)
	assert.Equal(t, nil, err)
	assert.Equal(t, "5", third.Value.N.String(), "the default has changed")
}

type region struct{ Region string }

// An embedded struct belongs to the one around it, also one of a type that is not exported, whose fields are.
func TestLoadEmbeddedUnexported(t *testing.T) {
	var got struct{ region }
	assert.Equal(t, nil, decode(viewOf("/app/region", "eu"), "/app", &got))
	assert.Equal(t, "eu", got.Region)
}

// What cannot be read from files is an error of the type, not a panic when there is such a file.
func TestLoadInterfaceIsRefused(t *testing.T) {
	type config struct{ T encoding.TextUnmarshaler }
	_, err := loadGlob[config]("/app")
	assert.NotEqual(t, nil, err)
	defer func() { assert.Equal(t, nil, recover()) }()
	var got config
	_ = decode(viewOf("/app/t", "x"), "/app", &got)
}

type endless *endless

// A pointer that leads nowhere is refused: to follow it would end the program, by its stack.
func TestLoadEndlessPointerIsRefused(t *testing.T) {
	_, err := loadGlob[struct{ P endless }]("/app")
	assert.NotEqual(t, nil, err)
}

type shade uint8

func (s *shade) UnmarshalText(b []byte) error { *s = shade(len(b)); return nil }

// A slice whose elements read themselves from texts has a file for each, whatever they are made of.
func TestLoadSliceOfTexts(t *testing.T) {
	var got struct{ Shades []shade }
	assert.Equal(t, nil, decode(viewOf("/app/shades/a", "x", "/app/shades/b", "yy"), "/app", &got))
	assert.Equal(t, []shade{1, 2}, got.Shades)
}

// Two names that stand for one key are an error, not an entry less.
func TestLoadKeysCollide(t *testing.T) {
	var got struct{ M map[int]string }
	err := decode(viewOf("/app/m/1", "one", "/app/m/01", "other"), "/app", &got)
	assert.NotEqual(t, nil, err)
}

// A file where the directory should be is said to be one, at the top as below.
func TestLoadOfFile(t *testing.T) {
	c := startNode(t, steady()).only(t)
	setFile(t, c, "/app", "addr = 10.0.0.1")
	_, err := Load(soon(t), c, "/app", struct{ Addr string }{"127.0.0.1"})
	assert.NotEqual(t, nil, err)
}

// Follow says so, too, and goes on when the directory is there.
func TestFollowOfFile(t *testing.T) {
	c := startNode(t, steady()).only(t)
	setFile(t, c, "/app", "addr = 10.0.0.1")
	type config struct{ Addr string }
	n := 0
	for cfg, err := range Follow(soon(t), c, "/app", config{"127.0.0.1"}) {
		if n++; n == 1 {
			bad, ok := errors.AsType[*DecodeError](err)
			assert.T(t, ok && bad.Path == "/app" && bad.Rev > 0, err)
			assert.Equal(t, nil, c.Del(soon(t), "/app", Clobber))
			setFile(t, c, "/app/addr", "10.0.0.1")
			continue
		}
		assert.Equal(t, nil, err)
		assert.Equal(t, "10.0.0.1", cfg.Value.Addr)
		break
	}
	assert.Equal(t, 2, n)
}

type flags map[string]bool

func (f flags) UnmarshalText(b []byte) error { f[string(b)] = true; return nil }

// A map that reads itself gets one of its own.
func TestLoadMapOfText(t *testing.T) {
	type config struct {
		F flags
		P *big.Int
	}
	def := config{F: flags{"old": true}, P: big.NewInt(5)}
	got := def
	assert.Equal(t, nil, decode(viewOf("/app/f", "new\n", "/app/p", "7"), "/app", &got))
	assert.Equal(t, flags{"new": true}, got.F)
	assert.Equal(t, flags{"old": true}, def.F)
	assert.Equal(t, "7", got.P.String())
	assert.Equal(t, "5", def.P.String())
}
