package main

import (
	"encoding/json"
	"io"
	"os"

	"github.com/argoproj/gitops-engine/pkg/health"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	kubejson "k8s.io/apimachinery/pkg/util/json"
)

type question struct {
	// Config is the data of an argocd-cm ConfigMap.
	Config  map[string]string `json:"config"`
	Objects []map[string]any  `json:"objects"`
}

// ask reads a question on standard input. Its numbers are as a client of Kubernetes has them, whole ones where they are
// whole: kstatus takes no others.
func ask() (asked question, err error) {
	text, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = kubejson.Unmarshal(text, &asked)
	}
	return asked, err
}

// judge reads a question on standard input and prints the list of {"status", "message"} in the order of the objects,
// null where Argo CD has no check for a kind.
func judge([]string) error {
	asked, err := ask()
	if err != nil {
		return err
	}
	overrides := checks(asked.Config)
	answers := []*health.HealthStatus{}
	for _, object := range asked.Objects {
		answer, err := health.GetResourceHealth(&unstructured.Unstructured{Object: object}, overrides)
		if err != nil {
			return err
		}
		answers = append(answers, answer)
	}
	return json.NewEncoder(os.Stdout).Encode(answers)
}
