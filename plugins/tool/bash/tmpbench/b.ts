import { createHarness } from "claw/testing"; import { definePlugin, defineTool, type CallScope } from "claw"; import { Processes } from "claw/kit"; import * as v from "valibot";
const probe = definePlugin({ setup({ contribute }) { contribute("tool", defineTool({ name: "probe", description: "probe it now", input: v.strictObject({}), access: () => "none", subject: () => "", async run(_, scope: CallScope) {
  const bash = await scope.get("tool", "bash"); const p = await scope.use(Processes);
  const env=p.environment(scope), cwd=scope.session.cwd;
  const kinds: Record<string, () => Promise<unknown>> = {
   plain: async()=>{const c=Bun.spawn(["bash","-c","true"],{cwd,env,stdin:"ignore",stdout:"pipe",stderr:"pipe"}); await Promise.all([c.stdout.text(),c.stderr.text(),c.exited]);},
   service: ()=>p.run({argv:["bash","-c","true"],cwd},scope), tool: ()=>bash.run({command:"true"},scope) };
  const t: Record<string,number[]>={plain:[],service:[],tool:[]};
  for(let i=0;i<400;i++) for(const k in kinds){const s=performance.now(); await kinds[k]!(); if(i>20)t[k]!.push(performance.now()-s);}
  for(const k in t){const a=t[k]!.sort((x,y)=>x-y); console.log(k,"median",a[a.length>>1]!.toFixed(3),"mean",(a.reduce((x,y)=>x+y)/a.length).toFixed(3));}
  return { content: [] }; } })); } });
await using h = await createHarness({ plugins: ["feature/processes","feature/workspace","tool/bash",probe] });
await h.call("probe", {});
