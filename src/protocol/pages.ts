/** The HTML documents of the webviews: a strict content policy, a script, its styles, nothing else. */

export interface PageParams {
  /** `webview.cspSource`. */
  readonly cspSource: string;
  /** Fresh for every document, base64 or hex. */
  readonly nonce: string;
  /** Turns a path inside the extension (`dist/…`, `media/…`) into an address the page may load. */
  asUri(relative: string): string;
}

export interface PageOptions extends PageParams {
  readonly title: string;
  /** Bundle, relative to the extension. */
  readonly script: string;
  /** Style sheets, relative to the extension, in order. */
  readonly styles: readonly string[];
}

/** A document that runs one script and cannot load or run anything else. The script fills `#app`. */
export function pageHtml(options: PageOptions): string {
  const { cspSource, nonce, title } = options;
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `img-src ${cspSource} data:`,
    `font-src ${cspSource}`,
  ].join('; ');
  const links = options.styles.map(
    (style) => `    <link rel="stylesheet" href="${escapeHtml(options.asUri(style))}" />`,
  );
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${escapeHtml(title)}</title>
${links.join('\n')}
  </head>
  <body>
    <div id="app"></div>
    <script nonce="${escapeHtml(nonce)}" src="${escapeHtml(options.asUri(options.script))}"></script>
  </body>
</html>
`;
}

/** The custom editor of one trace. */
export function traceEditorHtml(params: PageParams): string {
  return pageHtml({
    ...params,
    title: 'Page migration trace',
    script: 'dist/webviews/traceEditor.js',
    styles: ['media/base.css', 'media/traceEditor.css'],
  });
}

/** The comparison of the designs on one trace. */
export function dashboardHtml(params: PageParams, title: string): string {
  return pageHtml({
    ...params,
    title,
    script: 'dist/webviews/dashboard.js',
    styles: ['media/base.css', 'media/dashboard.css'],
  });
}

/** The panel of a live recording. */
export function recorderHtml(params: PageParams): string {
  return pageHtml({
    ...params,
    title: 'Record page migration',
    script: 'dist/webviews/recorder.js',
    styles: ['media/base.css', 'media/recorder.css'],
  });
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
