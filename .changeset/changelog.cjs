/** How a changeset becomes lines of a CHANGELOG.md: its words alone. All packages share one version: no word of dependencies. */
module.exports = {
  getReleaseLine: async ({ summary }) => `- ${summary.trim().replaceAll('\n', '\n  ')}`,
  getDependencyReleaseLine: async () => '',
};
