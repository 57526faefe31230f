package main

import (
	"fmt"
	"os/exec"
	"path"
	"strings"

	"github.com/argoproj/gitops-engine/pkg/utils/kube"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// source is a folder of a Git repository. Only what is committed counts, so nobody reads a half-written file.
type source struct {
	repository, branch, folder string
}

func (s source) git(args ...string) (string, error) {
	out, err := exec.Command("git", append([]string{"-C", s.repository}, args...)...).Output()
	if exit, ok := err.(*exec.ExitError); ok {
		return "", fmt.Errorf("git %s: %s", strings.Join(args, " "), strings.TrimSpace(string(exit.Stderr)))
	}
	return string(out), err
}

// read returns the manifests of the branch's last commit and its hash. A folder without manifests gives none.
func (s source) read() (objects []*unstructured.Unstructured, revision string, err error) {
	out, err := s.git("rev-parse", "--verify", s.branch+"^{commit}")
	if err != nil {
		return nil, "", err
	}
	revision = strings.TrimSpace(out)
	names, err := s.git("ls-tree", "-r", "-z", "--name-only", revision, "--", s.folder)
	if err != nil {
		return nil, revision, err
	}
	for _, name := range strings.Split(names, "\x00") {
		if ext := strings.ToLower(path.Ext(name)); ext != ".json" && ext != ".yml" && ext != ".yaml" {
			continue
		}
		text, err := s.git("show", revision+":"+name)
		if err != nil {
			return nil, revision, err
		}
		found, err := kube.SplitYAML([]byte(text))
		if err != nil {
			return nil, revision, fmt.Errorf("%s: %w", name, err)
		}
		objects = append(objects, found...)
	}
	return objects, revision, nil
}
