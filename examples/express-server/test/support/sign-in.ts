import type { Role } from '../../src/auth/role';
import type { RunningServer } from '../../src/server';

/** The password that test servers are started with. */
export const PASSWORD = 'correct horse battery staple';

/** Signs in as `admin` and returns the header that says so. */
export async function signIn(url: string, password = PASSWORD): Promise<{ readonly Authorization: string }> {
  const response = await fetch(`${url}/api/auth/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ operator_id: 'admin', password }),
  });
  if (!response.ok) throw new Error(`signing in failed with ${response.status}`);
  const { access_token: token } = (await response.json()) as { readonly access_token: string };
  return { Authorization: `Bearer ${token}` };
}

/** The header of somebody with a role, as if they had signed in; of the servers' operators only `admin` has a password. */
export async function headerOf({ auth }: RunningServer, id: string, role: Role): Promise<{ Authorization: string }> {
  const { accessToken } = await auth.tokens.issue({ id, role });
  return { Authorization: `Bearer ${accessToken}` };
}
