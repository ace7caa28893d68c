package main

import (
	"context"
)

func completionVerb() verb {
	return verb{
		name: "completion", args: "bash|zsh|fish", min: 1, max: 1, offline: true,
		brief: "print a script for the shell",
		help: `Prints a script that has the shell complete verbs, flags, and paths, which it
asks the cluster of -a or DOOZER_URI for, for half a second at most. That for
bash needs nothing else; who has no package bash-completion, which reads the
folder in the example, puts "source <(doozer completion bash)" into ~/.bashrc.

    $ doozer completion bash >/etc/bash_completion.d/doozer
    $ doozer completion zsh >"${fpath[1]}/_doozer"
    $ doozer completion fish >~/.config/fish/completions/doozer.fish
`,
		run: completion,
		complete: func(_ *completing, args []string, _ string) []string {
			if len(args) > 0 {
				return nil
			}
			return []string{"bash", "zsh", "fish"}
		},
	}
}

func completion(_ context.Context, s *session, args []string) error {
	root := newRoot(new(session))
	switch args[0] {
	case "bash":
		s.out.WriteString(bashWords)
		return root.GenBashCompletionV2(s.out, true)
	case "zsh":
		return root.GenZshCompletion(s.out)
	case "fish":
		return root.GenFishCompletion(s.out, true)
	}
	return usageError("there is no completion for " + args[0] + ": bash, zsh or fish")
}
