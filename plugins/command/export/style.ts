// How an exported page looks: a quiet column to read, light or dark as the reader's system is.

export const STYLE = `
:root{color-scheme:light dark;--ground:#fbfaf8;--ink:#23201c;--soft:#6d665e;--line:#e4dfd8;--you:#f1ece3;--tool:#f5f3ef;--link:#1f5f9c;--bad:#a8322a;--good:#2c6e3f;--add:#e2f2e5;--cut:#fbe5e3}
@media(prefers-color-scheme:dark){:root{--ground:#191816;--ink:#e6e1da;--soft:#9d958b;--line:#35322e;--you:#262420;--tool:#211f1c;--link:#7db4ea;--bad:#ee8b82;--good:#86c795;--add:#1d3323;--cut:#3d2321}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.6 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:break-word}
header,nav,main,footer{max-width:50rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:3rem;padding-bottom:1rem}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 .6rem;letter-spacing:-.01em;text-wrap:balance}
.facts,.who,footer,.note,nav{color:var(--soft);font-size:.85rem}
.facts span:not(:last-child)::after{content:" · "}
nav{margin-bottom:1rem}
nav ol{margin:.5rem 0;padding-left:1.8rem}
a{color:var(--link);text-underline-offset:.15em}
nav a{color:inherit;text-decoration:none}
nav a:hover{text-decoration:underline}
section{padding:1.1rem 0;border-top:1px solid var(--line);scroll-margin-top:.5rem}
section:first-child{border-top:0}
.who{margin:0 0 .35rem}
.who b{color:var(--ink);font-weight:600}
.who time{margin-left:.35rem}
.user .said{background:var(--you);border-radius:.6rem;padding:.75rem 1rem}
.said{white-space:pre-wrap}
.said+.said{margin-top:.5rem}
.prose>:first-child{margin-top:0}
.prose>:last-child{margin-bottom:0}
.prose h2,.prose h3,.prose h4,.prose h5,.prose h6{line-height:1.3;margin:1.4em 0 .4em;font-size:1.08rem}
.prose h2{font-size:1.25rem}
code,pre{font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
:not(pre)>code{background:var(--tool);border:1px solid var(--line);border-radius:.3em;padding:.08em .3em}
pre{background:var(--tool);border:1px solid var(--line);border-radius:.5rem;padding:.75rem .9rem;margin:.6rem 0;overflow:auto;max-height:32rem;white-space:pre;tab-size:4}
blockquote{margin:.8em 0;padding-left:1em;border-left:3px solid var(--line);color:var(--soft)}
table{border-collapse:collapse;display:block;overflow-x:auto;margin:.8em 0}
th,td{border:1px solid var(--line);padding:.3rem .6rem;text-align:left;vertical-align:top}
th{background:var(--tool)}
hr{border:0;border-top:1px solid var(--line);margin:1.5em 0}
img{max-width:100%;height:auto;border-radius:.5rem;border:1px solid var(--line)}
details{margin:.5rem 0}
summary{cursor:pointer;overflow-wrap:anywhere}
.call{border:1px solid var(--line);border-radius:.5rem;padding:.4rem .75rem;font-size:.92rem}
.call summary code{background:none;border:0;padding:0;color:var(--soft)}
.call em{color:var(--bad);font-style:normal;font-size:.85em}
.call.ok summary::marker{color:var(--good)}
.call.failed summary::marker{color:var(--bad)}
.thinking{color:var(--soft);font-size:.92rem}
.fold{color:var(--soft);font-size:.92rem;border-top-style:dashed}
dl{margin:.5rem 0}
dt{color:var(--soft);font-size:.8rem}
dd{margin:0 0 .4rem}
ins,del{text-decoration:none;display:inline-block;min-width:100%}
ins{background:var(--add)}
del{background:var(--cut)}
footer{padding-top:1rem;padding-bottom:3rem}
@media print{pre{max-height:none;white-space:pre-wrap}section{break-inside:avoid-page}body{background:#fff}}
`;
