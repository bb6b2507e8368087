package detect

import "github.com/dwell-project/dwell/sigma/taxonomy"

// View returns what the taxonomy knows of the event that the last call of
// [Matcher.Match] looked at.
func (m *Matcher) View() taxonomy.View { return m.state.view }
