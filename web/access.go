package web

import (
	"net/http"

	"github.com/ha/doozer/proto/access"
)

// admit lets those through that may read: everybody, or who gives one of the
// secrets as the password. It stands before all of the page, its empty frame too: so a browser asks
// for the secret once, at first, and gives it with all that follows.
func admit(secrets *access.Secrets, next http.Handler) http.Handler {
	if secrets.Everybody() >= access.Read {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, password, _ := r.BasicAuth()
		if level, _ := secrets.Grant([]byte(password)); level >= access.Read {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="doozer", charset="UTF-8"`)
		http.Error(w, "permission denied; the password is a secret of the cluster, with any user name", http.StatusUnauthorized)
	})
}
