import type { Texts } from './texts-en';

/** `la 1:30`, `las 10:30`. */
const at = (time: string): string => `${/^0?1:/.test(time) ? 'la' : 'las'} ${time}`;

/** Everything the pages say, in Spanish that is understood on both sides of the ocean; visitors are addressed as usted. */
export const es: Texts = {
  language: 'Idioma',
  bookTitle: 'Reserve una llamada',
  bookLead: 'Elija una hora. A esa hora le llamamos nosotros: no tiene que marcar nada ni abrir ningún enlace.',
  needsScript: 'Esta página necesita JavaScript. Actívelo y vuelva a cargar la página, por favor.',
  step: (step: number) => `Paso ${step} de 2`,

  timeZone: 'Zona horaria',
  timesShownIn: 'Las horas se muestran en',
  changeZone: 'Cambiar la zona horaria',
  searchZone: 'Busque una ciudad o una zona',
  useZone: 'Usar esta zona horaria',
  close: 'Cerrar',
  zonesFound: (count: number) =>
    count === 0
      ? 'No hay ninguna zona horaria con ese nombre'
      : count === 1
        ? '1 zona horaria encontrada'
        : `${count} zonas horarias encontradas`,
  clocksChange: (date: string, offset: string) => `Cambia la hora: ${offset} desde el ${date}`,

  consultant: 'Asesor o asesora',
  anyConsultant: 'Quien esté libre',

  chooseTime: 'Elija el día y la hora',
  previousWeek: 'Semana anterior',
  nextWeek: 'Semana siguiente',
  noTimes: 'No hay horas libres',
  noTimesThisWeek: 'No hay horas libres en estos siete días.',
  findNext: 'Buscar la próxima hora libre',
  noTimesAtAll: 'No hay horas libres en los próximos dos meses. Vuelva a mirar más adelante, por favor.',
  loadingTimes: 'Cargando las horas libres…',
  freeTimes: (count: number, range: string) =>
    count === 0
      ? `No hay horas libres, ${range}`
      : count === 1
        ? `1 hora libre, ${range}`
        : `${count} horas libres, ${range}`,
  freeOnDay: (count: number) => (count === 1 ? '1 hora libre' : `${count} horas libres`),
  jumpToDay: 'Ir a un día',
  tryAgain: 'Volver a intentarlo',

  detailsTitle: 'Sus datos',
  yourTime: 'Su hora',
  changeTime: 'Cambiar la hora',
  holdPending: 'Le estamos guardando esta hora…',
  holdUntil: (time: string) => `Hora guardada para usted hasta ${at(time)}.`,
  holdOver: (time: string) =>
    `Se la guardamos hasta ${at(time)}. Quizá siga libre: envíe el formulario de todos modos.`,
  name: 'Nombre',
  email: 'Correo electrónico',
  emailHint: 'Ahí le enviamos la confirmación.',
  country: 'País',
  phone: 'Número de teléfono',
  phoneHint: 'El número al que le llamamos.',
  phoneElsewhere: (countries: readonly string[]) =>
    countries.length > 8
      ? 'No podemos llamar a números de este país.'
      : `Solo podemos llamar a números de: ${countries.join(', ')}.`,
  phoneAs: (number: string) => `Le llamaremos al ${number}.`,
  notes: '¿Hay algo que debamos saber?',
  yourNotes: 'Sus notas',
  optional: 'opcional',
  smsConsent: 'Quiero un mensaje de texto como recordatorio',
  smsConsentHint: 'Su operador puede cobrarle el mensaje.',
  callConsent: (brand: string) =>
    `Acepto que ${brand} me llame al número de arriba para esta cita. La llamada la hace un sistema automático.`,
  missingCallConsent: 'Marque esta casilla, por favor: sin su consentimiento no podemos llamarle.',
  book: 'Reservar esta llamada',
  booking: 'Reservando…',
  missingName: 'Escriba su nombre.',
  missingEmail: 'Escriba su correo electrónico.',
  wrongEmail: 'Escriba una dirección como nombre@example.com.',
  missingPhone: 'Escriba su número de teléfono.',
  wrongPhone: 'Escriba un número que podamos marcar: solo cifras, sin extensión.',
  toCorrect: (count: number) => (count === 1 ? 'Hay un dato por corregir.' : `Hay ${count} datos por corregir.`),
  slotTaken: 'Alguien acaba de reservar esta hora. Lo que ha escrito sigue aquí.',
  slotTakenChoose: 'Estas están libres y son cercanas:',
  timeGone: 'Esta hora ya no se puede reservar. Elija otra, por favor; lo que ha escrito se conserva.',
  notSent:
    'No hemos podido conectar con el servidor, así que no sabemos si su reserva ha llegado. Pulse otra vez el botón: no se hará una segunda reserva.',
  somethingWrong: 'Algo ha fallado por nuestra parte. Vuelva a intentarlo dentro de un momento, por favor.',
  timesNotLoaded: 'No se han podido cargar las horas libres. Compruebe su conexión y vuelva a intentarlo.',

  problems: {
    'no-such-local-time': 'Esta hora no existe en su zona horaria, porque cambia la hora. Elija otra, por favor.',
    'too-many-bookings':
      'Se han reservado demasiadas citas con esta dirección o este número, o desde donde está usted. Vuelva a intentarlo más tarde, por favor.',
    'looks-automated':
      'Este formulario no se ha rellenado como lo haría una persona. Cargue la página de nuevo e inténtelo otra vez, por favor.',
    busy: 'En este momento hay muchas reservas. Vuelva a intentarlo dentro de unos segundos, por favor.',
    'internal-error': 'Algo ha fallado por nuestra parte. Vuelva a intentarlo dentro de un momento, por favor.',
  },
  faults: [
    [/^is required$/, () => 'Falta este dato.'],
    [/^must not be empty$/, () => 'Falta este dato.'],
    [/^must have at most (\d+) characters$/, (most) => `Puede tener ${most} caracteres como máximo.`],
    [/^must have at least one visible character$/, () => 'Debe tener al menos un carácter visible.'],
    [/^must not contain control characters/, () => 'No puede contener caracteres de control.'],
    [/^must be an e-mail address/, () => 'Debe ser una dirección como nombre@example.com.'],
    [/^must be the IANA name of a time zone/, () => 'Debe ser una zona horaria conocida.'],
    [/^is in the past$/, () => 'Ya ha pasado.'],
    [/^is too soon/, () => 'Es demasiado pronto.'],
    [/^is too far ahead/, () => 'Aún no se puede reservar con tanta antelación.'],
    [/^is not a time that is offered$/, () => 'No es una hora que se ofrezca.'],
    [/^is no such local time/, () => 'Esta hora no existe en su zona horaria.'],
    [/^is no agent of ours$/, () => 'Esta persona ya no atiende citas.'],
    [/^is a number in .+, (?:and|which)/, () => 'Es un número de un país al que no llamamos.'],
    [/^must be in international form/, () => 'Debe ser un número que podamos marcar.'],
    [
      /^has a prefix after the country code/,
      () => 'Lleva un prefijo, como 0, que desde el extranjero no se marca: quítelo, por favor.',
    ],
    [/^is not a possible number of its country$/, () => 'No es un número posible en su país.'],
    [/^belongs to no country/, () => 'No pertenece a ningún país, y a esos números no llamamos.'],
    [/^is a number of a satellite/, () => 'Es un número de una red por satélite o mundial, a los que no llamamos.'],
    [
      /^is in no range of numbers that is in use/,
      () => 'No pertenece a ninguna numeración en uso: compruebe las cifras.',
    ],
    [/^is a premium-rate number/, () => 'Es un número de tarificación adicional, a los que no llamamos.'],
    [/^is a shared-cost number/, () => 'Es un número de coste compartido, a los que no llamamos.'],
    [/^is a number for reaching a company/, () => 'Es un número único de empresa, a los que no llamamos.'],
    [
      /^is a personal number/,
      () => 'Es un número personal que sigue a su dueño: dé el número de un teléfono, por favor.',
    ],
    [/^is the number of a pager/, () => 'Es el número de un buscapersonas, por el que no se puede hablar.'],
    [/^is the number of a voice mailbox/, () => 'Es el número de un buzón de voz, donde nadie contesta.'],
    [
      /^is the number of a public service/,
      () => 'Es el número de un servicio público, como emergencias o información, y no de una persona.',
    ],
  ],

  bookedTitle: 'Su reserva está hecha',
  when: 'Cuándo',
  with: 'Con',
  until: (time: string) => `hasta ${at(time)}`,
  yourPhone: 'Su teléfono',
  whatHappens: 'Qué pasa ahora',
  confirmationGoesTo: (email: string) =>
    `Le enviamos a ${email} una confirmación con una invitación para su calendario.`,
  wePhoneYou: (agent: string, phone: string) =>
    `A esa hora le llamamos al ${phone} y le ponemos con ${agent}. No tiene que marcar nada.`,
  pressOne: 'Cuando conteste, pulse 1 para que sepamos que es usted y no su buzón de voz.',
  planChanged: 'Si cambia de planes, puede mover o cancelar la cita aquí:',
  manageLink: 'Ver, mover o cancelar esta cita',
  bookAnother: 'Reservar otra llamada',
  addToCalendar: 'Añádala a su calendario',
  calendarFile: 'Archivo de calendario',
  opensInNewTab: '(se abre en otra pestaña)',
  calendarTitle: (agent: string) => `Llamada con ${agent}`,
  calendarText: (brand: string) =>
    `A la hora reservada, ${brand} le llama y le pone en contacto. No tiene que marcar nada.`,
  calendarManage: (url: string) => `Ver, mover o cancelar: ${url}`,

  manageTitle: 'Su cita',
  loading: 'Cargando su cita…',
  noToken: 'Este enlace está incompleto',
  noTokenHelp:
    'Falta la última parte del enlace, la que sigue al signo #. Abra otra vez el enlace del correo de confirmación o cópielo entero en la barra de direcciones.',
  badToken: 'No podemos mostrar esta cita',
  badTokenHelp:
    'El enlace no corresponde a ninguna cita o ha caducado. Use el enlace de su último correo de confirmación, por favor.',
  notLoaded: 'No se ha podido cargar su cita. Compruebe su conexión y vuelva a intentarlo.',
  notReached: 'No hemos podido conectar con el servidor. Compruebe su conexión y vuelva a intentarlo.',
  status: {
    scheduled: 'Reservada',
    calling: 'Estamos llamando',
    connected: 'En conversación',
    completed: 'Llamada terminada',
    failed: 'La llamada no tuvo lugar',
    cancelled: 'Cancelada',
  },
  explain: {
    scheduled: (agent: string, phone: string) =>
      `A esa hora le llamamos al ${phone} y le ponemos con ${agent}. No tiene que marcar nada.`,
    calling: (agent: string) => `Estamos llamando a ${agent}, y después le llamamos a usted. Tenga el teléfono a mano.`,
    connected: (agent: string) => `Está hablando con ${agent}.`,
    completed: (agent: string) => `Ha hablado con ${agent}.`,
    failed: () => 'Lo sentimos. Puede elegir otra hora aquí abajo.',
    cancelled: () => 'No se llamará a nadie. Puede reservar de nuevo cuando quiera.',
  },
  callTitle: 'Cómo fue la llamada',
  result: 'Resultado',
  reason: 'Motivo',
  duration: 'Duración',
  attempts: 'Intentos',
  attemptsOf: (agent: string, toAgent: number, toYou: number) => `${agent}: ${toAgent} · usted: ${toYou}`,
  connectedAt: 'Conexión',
  outcome: { completed: 'Se estableció la llamada', failed: 'No se estableció la llamada' },
  reasons: {
    'agent-unreachable': 'No pudimos localizar a la persona que iba a atenderle.',
    'client-unreachable': 'No pudimos localizarle a usted.',
    'agent-left': 'La persona que iba a atenderle colgó antes de que se estableciera la llamada.',
    missed: 'La hora de la llamada ya había pasado.',
    cancelled: 'La cita se canceló.',
    superseded: 'La cita se movió.',
    timeout: 'La llamada tardó demasiado en establecerse.',
    'rejected-by-policy': 'No está permitido marcar ese número.',
    'carrier-error': 'La red telefónica dio un error.',
  },
  hours: (count: number) => `${count} h`,
  minutes: (count: number) => `${count} min`,
  seconds: (count: number) => `${count} s`,
  historyTitle: 'Historial',
  history: {
    created: 'Reservada',
    rescheduled: 'Movida',
    amended: 'Datos modificados',
    cancelled: 'Cancelada',
    'agent-answered': 'Contestó su asesor o asesora',
    'call-connected': 'Se estableció la llamada',
    'call-completed': 'La llamada terminó',
    'call-failed': 'La llamada no tuvo lugar',
  },
  move: 'Mover a otra hora',
  moveTitle: 'Elija una hora nueva',
  moveTo: '¿Mover la cita a esta hora?',
  moveConfirm: 'Mover la cita',
  moving: 'Moviendo…',
  moved: 'Su cita se ha movido. Le enviamos una confirmación nueva.',
  keepTime: 'Dejarla como está',
  cancel: 'Cancelar la cita',
  cancelTitle: '¿Cancelar esta cita?',
  cancelReason: 'Motivo',
  cancelConfirm: 'Sí, cancelarla',
  cancelling: 'Cancelando…',
  keep: 'No cancelarla',
  cancelled: 'Su cita se ha cancelado.',
  cannotNow: 'La cita ha cambiado entretanto. Así está ahora.',
  bookAgain: 'Reservar otra llamada',
};
