/** What the pages of the API's document need of the packages that draw them, by the names under /docs. */
export const DOCUMENT_FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'swagger-ui-dist/swagger-ui.css',
  'swagger-ui-bundle.js': 'swagger-ui-dist/swagger-ui-bundle.js',
  'redoc.js': 'redoc/bundles/redoc.standalone.js',
};
