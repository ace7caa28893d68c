package client

import (
	"context"
	"fmt"
	"iter"
	"strings"
)

// Service is one of the living of a service.
type Service struct {
	ID    string
	Value []byte
	Rev   int64
}

// Services brings to a loop all that are registered in the directory of a service, in byte
// order of their ids, and then all again whenever that has changed. Of several changes
// while the loop was busy it brings the last state. It ends with an error. The list may be
// empty.
func (c *Client) Services(ctx context.Context, service string) iter.Seq2[[]Service, error] {
	return func(yield func([]Service, error) bool) {
		m, err := c.Mirror(ctx, service+"/*")
		if err != nil {
			yield(nil, fmt.Errorf("services %s: %w", service, err))
			return
		}
		defer m.Close()
		for v, err := range m.Views(ctx) {
			if err != nil {
				yield(nil, fmt.Errorf("services %s: %w", service, err))
				return
			}
			if !yield(servicesOf(v, service), nil) {
				return
			}
		}
	}
}

func servicesOf(v *View, service string) (all []Service) {
	for f := range v.All() {
		all = append(all, Service{strings.TrimPrefix(f.Path, service+"/"), f.Value, f.Rev})
	}
	return all
}
