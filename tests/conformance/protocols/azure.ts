import { asObject, asText, member, nestedText, parseJson, readNested } from '../suite/json-text.ts';
import { type HttpAnswer, post } from './http.ts';
import { type Answer, type Call, Inexpressible, type Protocol, refuseClasses } from './protocol.ts';

/** `POST /score` with inputs by name. */
export const azure: Protocol = { name: 'azure', needsService: true, call: score };

async function score(call: Call): Promise<Answer> {
  const { model, version, label, signature } = call.request;
  refuseClasses(call);
  if ((model ?? version ?? label ?? signature) !== undefined) {
    throw new Inexpressible('/score asks the default model of a service; it names none.');
  }
  const answer = await post(call, '/score', body(call), { 'content-type': 'application/json' });
  return answer.status === 200 ? outputs(call, answer) : error(answer);
}

function body({ request }: Call): string {
  const inputs = request.inputs.map((tensor) => `${JSON.stringify(tensor.name)}:${nestedText(tensor)}`);
  const wanted = request.outputs === undefined ? '' : `,"outputs":${JSON.stringify(request.outputs)}`;
  return `{"inputs":{${inputs.join(',')}}${wanted}}`;
}

function outputs({ signature }: Call, answer: HttpAnswer): Answer {
  const named = Object.entries(asObject(member(parseJson(answer.body.toString()), 'outputs')));
  return {
    outputs: named.map(([name, value]) => {
      const datatype = signature.outputs.find((output) => output.name === name)?.datatype ?? 'BYTES';
      return readNested(name, datatype, value);
    }),
  };
}

/** Azure's front end says some things as plain text. */
function error({ status, headers, body: bytes }: HttpAnswer): Answer {
  const text = bytes.toString();
  const isPlain = headers.get('content-type')?.startsWith('text/plain');
  return { status, text: isPlain ? text : asText(member(parseJson(text), 'message')) };
}
