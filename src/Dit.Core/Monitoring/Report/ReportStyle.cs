namespace Dit.Core;

/// <summary>How a report looks, by day and by night.</summary>
internal static class ReportStyle
{
    public const string Css = """
        :root { color-scheme: light dark;
            --ink: #1c2430; --faint: #6b7685; --line: #e2e6eb; --card: #ffffff; --page: #f5f6f8; --curve: #1f5fa8; --raw: #a9c7e8; }
        @media (prefers-color-scheme: dark) { :root {
            --ink: #e4e9f0; --faint: #93a0b1; --line: #333c49; --card: #1d232c; --page: #14181e; --curve: #6fb1ff; --raw: #35557a; } }
        body { margin: 2rem auto; max-width: 84rem; padding: 0 1.5rem; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        h1 { margin: 0; font-size: 1.7rem; }
        h2 { margin: 2rem 0 .7rem; font-size: 1.15rem; }
        .when { margin: .2rem 0 1.2rem; color: var(--faint); }
        .tiles, .charts, .samples { display: grid; gap: 1rem; }
        .tiles { grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); }
        .charts { grid-template-columns: repeat(auto-fit, minmax(min(100%, 34rem), 1fr)); }
        .samples { grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); }
        .tiles div, .charts figure, .samples figure, table {
            margin: 0; padding: .8rem 1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
        .tiles b { display: block; font-size: 1.4rem; }
        .tiles span, figcaption { color: var(--faint); font-size: .85rem; }
        .key { margin-left: .9rem; white-space: nowrap; }
        .key i { display: inline-block; width: .9em; height: .25em; margin-right: .3em; border-radius: 2px; vertical-align: .25em; }
        svg { display: block; width: 100%; height: auto; }
        svg text { fill: var(--faint); font-size: 11px; }
        svg .grid { stroke: var(--line); }
        svg .raw { fill: none; stroke: var(--raw); stroke-linejoin: round; }
        svg .curve { fill: none; stroke: var(--curve); stroke-width: 1.8; stroke-linejoin: round; }
        svg rect { fill: var(--curve); }
        .samples img { display: block; width: 100%; image-rendering: pixelated; }
        table { border-spacing: 0; min-width: min(100%, 32rem); }
        th { padding: .15rem 2rem .15rem 0; text-align: left; font-weight: normal; color: var(--faint); vertical-align: top; }
        td { overflow-wrap: anywhere; }
        """;
}
