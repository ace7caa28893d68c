package access

// The environment variables of the two secrets. They are not taken from flags: a
// command line can be seen by all users of a machine.
const (
	RWVariable = "DOOZER_RWSECRET"
	ROVariable = "DOOZER_ROSECRET"
)

// FromEnv are the secrets of a node by its environment; getenv is os.Getenv.
func FromEnv(getenv func(string) string) (*Secrets, error) {
	return New(getenv(RWVariable), getenv(ROVariable))
}

// Presented is the secret that a tool presents when its address names none: the one
// that opens all, else the one that opens reads, else "". getenv is os.Getenv.
func Presented(getenv func(string) string) string {
	if rw := getenv(RWVariable); rw != "" {
		return rw
	}
	return getenv(ROVariable)
}
