// Command gitops is Argo CD's sync engine, its health checks and Flux's kstatus as a program, without their servers.
//
//	gitops sync     keeps a cluster as a folder of a Git repository says
//	gitops health   says how Argo CD judges objects
//	gitops kstatus  says how Flux judges objects
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/lua"
)

// checks returns the health checks in the data of an argocd-cm ConfigMap, to be run as Argo CD runs them: its Lua, its
// libraries, its time limit.
func checks(data map[string]string) lua.ResourceHealthOverrides {
	overrides := lua.ResourceHealthOverrides{}
	for key, script := range data {
		if name, ok := strings.CutPrefix(key, "resource.customizations.health."); ok {
			// Argo CD reads landfall.dev_SecureVpc as landfall.dev/SecureVpc: the keys of a ConfigMap have no slash.
			overrides[strings.Replace(name, "_", "/", 1)] = v1alpha1.ResourceOverride{HealthLua: script}
		}
	}
	return overrides
}

func main() {
	commands := map[string]func([]string) error{"sync": follow, "health": judge, "kstatus": compute}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: gitops sync [flags] | gitops health | gitops kstatus")
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
