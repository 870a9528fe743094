/** An appointment and the token that opens it. */
export interface ManageLink {
  readonly appointmentId: string;
  readonly manageToken: string;
}

/** Reads the link of a confirmation, `<base>/manage/<appointmentId>#<token>`; `undefined` where it is none. */
export function readManageLink(url: string): ManageLink | undefined {
  const [, appointmentId, manageToken] = /\/manage\/([A-Za-z0-9_-]+)\/?#([A-Za-z0-9._-]+)$/.exec(url.trim()) ?? [];
  return appointmentId === undefined || manageToken === undefined ? undefined : { appointmentId, manageToken };
}
