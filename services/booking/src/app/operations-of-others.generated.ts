// Generated from the openapi.json of each service by `npm run build`; do not edit.
export const OPERATIONS_OF_OTHERS = [
  {
    "paths": {
      "/staff/appointments/{appointmentId}/messages": {
        "get": {
          "operationId": "listStaffMessages",
          "x-answered-by": "notifications",
          "summary": "Every message of an appointment and what became of it",
          "description": "E-mails, text messages and alerts to the operators, those that failed or were withheld included. What becomes of an e-mail is told by its provider, usually within seconds; a bounce or a complaint may come days later. An appointment that was booked this very moment may not be known here yet.",
          "security": [
            {
              "staffToken": []
            }
          ],
          "parameters": [
            {
              "name": "appointmentId",
              "in": "path",
              "required": true,
              "schema": {
                "type": "string"
              }
            },
            {
              "name": "limit",
              "in": "query",
              "required": false,
              "schema": {
                "default": 50,
                "type": "integer",
                "minimum": 1,
                "maximum": 100
              }
            },
            {
              "name": "cursor",
              "in": "query",
              "required": false,
              "schema": {
                "description": "`next` of the page before.",
                "type": "string",
                "maxLength": 1000
              }
            }
          ],
          "responses": {
            "200": {
              "description": "Oldest first.",
              "headers": {
                "x-request-id": {
                  "$ref": "#/components/headers/x-request-id"
                }
              },
              "content": {
                "application/json": {
                  "schema": {
                    "$ref": "#/components/schemas/StaffMessages"
                  }
                }
              }
            },
            "400": {
              "description": "Every fault of the request, in `errors`.",
              "headers": {
                "x-request-id": {
                  "$ref": "#/components/headers/x-request-id"
                }
              },
              "content": {
                "application/problem+json": {
                  "schema": {
                    "$ref": "#/components/schemas/Problem"
                  },
                  "examples": {
                    "invalid-request": {
                      "$ref": "#/components/examples/invalid-request"
                    }
                  }
                }
              }
            },
            "401": {
              "description": "There is no token, or it is not taken.",
              "headers": {
                "apigw-requestid": {
                  "$ref": "#/components/headers/apigw-requestid"
                }
              },
              "content": {
                "application/json": {
                  "schema": {
                    "$ref": "#/components/schemas/GatewayAnswer"
                  }
                }
              }
            },
            "403": {
              "description": "The token has not the scope `staff`.",
              "headers": {
                "apigw-requestid": {
                  "$ref": "#/components/headers/apigw-requestid"
                }
              },
              "content": {
                "application/json": {
                  "schema": {
                    "$ref": "#/components/schemas/GatewayAnswer"
                  }
                }
              }
            },
            "404": {
              "description": "There is no such appointment.",
              "headers": {
                "x-request-id": {
                  "$ref": "#/components/headers/x-request-id"
                }
              },
              "content": {
                "application/problem+json": {
                  "schema": {
                    "$ref": "#/components/schemas/Problem"
                  },
                  "examples": {
                    "no-such-appointment": {
                      "$ref": "#/components/examples/no-such-appointment"
                    }
                  }
                }
              }
            }
          }
        }
      }
    },
    "schemas": {
      "StaffMessages": {
        "type": "object",
        "properties": {
          "messages": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {
                "version": {
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 9007199254740991,
                  "description": "The version of the appointment that it tells of."
                },
                "template": {
                  "type": "string",
                  "example": "reminder-24h"
                },
                "channel": {
                  "type": "string",
                  "enum": [
                    "email",
                    "sms",
                    "alert"
                  ]
                },
                "recipient": {
                  "type": "string",
                  "enum": [
                    "client",
                    "agent",
                    "operators"
                  ]
                },
                "status": {
                  "type": "string",
                  "enum": [
                    "sending",
                    "sent",
                    "delayed",
                    "delivered",
                    "bounced",
                    "rejected",
                    "complained",
                    "failed",
                    "unknown"
                  ],
                  "description": "`sending`: not answered for yet. `sent`: taken by the provider. `failed`: not sent, and why is in the history. `unknown`: a text whose answer was lost. The others are what the provider told of an e-mail."
                },
                "at": {
                  "type": "string",
                  "format": "date-time",
                  "description": "Since when it has this status."
                },
                "history": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "properties": {
                      "at": {
                        "type": "string",
                        "format": "date-time"
                      },
                      "status": {
                        "type": "string",
                        "enum": [
                          "sending",
                          "sent",
                          "delayed",
                          "delivered",
                          "bounced",
                          "rejected",
                          "complained",
                          "failed",
                          "unknown"
                        ],
                        "description": "`sending`: not answered for yet. `sent`: taken by the provider. `failed`: not sent, and why is in the history. `unknown`: a text whose answer was lost. The others are what the provider told of an e-mail."
                      },
                      "reason": {
                        "description": "Why it failed, or the kind of the bounce, the delay or the complaint in the words of the provider.",
                        "example": "permanent-general",
                        "type": "string"
                      }
                    },
                    "required": [
                      "at",
                      "status"
                    ]
                  },
                  "description": "Oldest first."
                },
                "providerId": {
                  "description": "The id by which the provider knows it.",
                  "type": "string"
                }
              },
              "required": [
                "version",
                "template",
                "channel",
                "recipient",
                "status",
                "at",
                "history"
              ]
            },
            "description": "Oldest first."
          },
          "next": {
            "description": "The `cursor` of the next page; left out on the last.",
            "type": "string"
          }
        },
        "required": [
          "messages"
        ]
      }
    }
  },
  {
    "paths": {
      "/staff/appointments/{appointmentId}/wake-ups": {
        "get": {
          "operationId": "getStaffWakeUps",
          "x-answered-by": "scheduler",
          "summary": "When the call and the reminders of an appointment are, or were, due",
          "security": [
            {
              "staffToken": []
            }
          ],
          "parameters": [
            {
              "name": "appointmentId",
              "in": "path",
              "required": true,
              "schema": {
                "type": "string"
              }
            }
          ],
          "responses": {
            "200": {
              "description": "What the scheduler knows; an appointment that it does not know has no wake-ups.",
              "headers": {
                "x-request-id": {
                  "$ref": "#/components/headers/x-request-id"
                }
              },
              "content": {
                "application/json": {
                  "schema": {
                    "$ref": "#/components/schemas/StaffWakeUps"
                  }
                }
              }
            },
            "401": {
              "description": "There is no token, or it is not taken.",
              "headers": {
                "apigw-requestid": {
                  "$ref": "#/components/headers/apigw-requestid"
                }
              },
              "content": {
                "application/json": {
                  "schema": {
                    "$ref": "#/components/schemas/GatewayAnswer"
                  }
                }
              }
            },
            "403": {
              "description": "The token has not the scope `staff`.",
              "headers": {
                "apigw-requestid": {
                  "$ref": "#/components/headers/apigw-requestid"
                }
              },
              "content": {
                "application/json": {
                  "schema": {
                    "$ref": "#/components/schemas/GatewayAnswer"
                  }
                }
              }
            }
          }
        }
      }
    },
    "schemas": {
      "StaffWakeUps": {
        "type": "object",
        "properties": {
          "wakeUps": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {
                "version": {
                  "type": "integer",
                  "exclusiveMinimum": 0,
                  "maximum": 9007199254740991,
                  "description": "The version of the appointment that it was planned for."
                },
                "purpose": {
                  "type": "string",
                  "description": "`call`, or `reminder-` and the reminder: `reminder-24h`."
                },
                "dueAt": {
                  "type": "string",
                  "format": "date-time"
                },
                "state": {
                  "type": "string",
                  "description": "`planned`, `handed-over` to the delay queue, `said` on the bus, `withdrawn` by a later version, or `dropped` because its time had passed."
                }
              },
              "required": [
                "version",
                "purpose",
                "dueAt",
                "state"
              ]
            },
            "description": "Soonest first; none where nothing was ever planned."
          }
        },
        "required": [
          "wakeUps"
        ]
      }
    }
  },
  {
    "paths": {
      "/staff/appointments/{appointmentId}/calls": {
        "get": {
          "operationId": "getStaffCalls",
          "x-answered-by": "telephony",
          "summary": "What became of the calls of an appointment, attempt by attempt, without numbers",
          "security": [
            {
              "staffToken": []
            }
          ],
          "parameters": [
            {
              "name": "appointmentId",
              "in": "path",
              "required": true,
              "schema": {
                "type": "string"
              }
            }
          ],
          "responses": {
            "200": {
              "description": "What telephony knows; an appointment that it does not know has no calls.",
              "headers": {
                "x-request-id": {
                  "$ref": "#/components/headers/x-request-id"
                }
              },
              "content": {
                "application/json": {
                  "schema": {
                    "$ref": "#/components/schemas/StaffCalls"
                  }
                }
              }
            },
            "401": {
              "description": "There is no token, or it is not taken.",
              "headers": {
                "apigw-requestid": {
                  "$ref": "#/components/headers/apigw-requestid"
                }
              },
              "content": {
                "application/json": {
                  "schema": {
                    "$ref": "#/components/schemas/GatewayAnswer"
                  }
                }
              }
            },
            "403": {
              "description": "The token has not the scope `staff`.",
              "headers": {
                "apigw-requestid": {
                  "$ref": "#/components/headers/apigw-requestid"
                }
              },
              "content": {
                "application/json": {
                  "schema": {
                    "$ref": "#/components/schemas/GatewayAnswer"
                  }
                }
              }
            }
          }
        }
      }
    },
    "schemas": {
      "StaffCalls": {
        "type": "object",
        "properties": {
          "calls": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {
                "callSessionId": {
                  "type": "string"
                },
                "version": {
                  "type": "integer",
                  "exclusiveMinimum": 0,
                  "maximum": 9007199254740991,
                  "description": "The version of the appointment that was called for."
                },
                "startsAt": {
                  "type": "string",
                  "format": "date-time"
                },
                "startedAt": {
                  "type": "string",
                  "format": "date-time"
                },
                "attempts": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "properties": {
                      "leg": {
                        "type": "string",
                        "description": "`agent` or `client`."
                      },
                      "n": {
                        "type": "integer",
                        "exclusiveMinimum": 0,
                        "maximum": 9007199254740991,
                        "description": "Counts from 1 within the leg."
                      },
                      "stage": {
                        "type": "string",
                        "description": "`reserved`, `submitted`, `live`, `ringing`, `answered`, `human` (pressed 1) or `ended`."
                      },
                      "reservedAt": {
                        "type": "string",
                        "format": "date-time"
                      },
                      "placedAt": {
                        "type": "string",
                        "format": "date-time"
                      },
                      "rangAt": {
                        "type": "string",
                        "format": "date-time"
                      },
                      "answeredAt": {
                        "type": "string",
                        "format": "date-time"
                      },
                      "acceptedAt": {
                        "type": "string",
                        "format": "date-time"
                      },
                      "acceptedBy": {
                        "description": "`key` or `amd`.",
                        "type": "string"
                      },
                      "endedAt": {
                        "type": "string",
                        "format": "date-time"
                      },
                      "ringSeconds": {
                        "type": "number"
                      },
                      "wrongKeys": {
                        "type": "integer",
                        "minimum": -9007199254740991,
                        "maximum": 9007199254740991
                      },
                      "carrierStatus": {
                        "description": "The carrier's last word on the call.",
                        "type": "string"
                      },
                      "sipCode": {
                        "type": "integer",
                        "minimum": -9007199254740991,
                        "maximum": 9007199254740991
                      },
                      "outcome": {
                        "type": "string"
                      }
                    },
                    "required": [
                      "leg",
                      "n",
                      "stage",
                      "reservedAt"
                    ]
                  },
                  "description": "Every call to a phone, in the order in which they were decided."
                },
                "waitsFor": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "properties": {
                      "leg": {
                        "type": "string",
                        "description": "`agent` or `client`."
                      },
                      "since": {
                        "type": "string",
                        "format": "date-time"
                      }
                    },
                    "required": [
                      "leg",
                      "since"
                    ]
                  },
                  "description": "The legs whose phone another call of ours held when it was last looked."
                },
                "carrierDown": {
                  "type": "boolean",
                  "description": "The carrier took no call of the account."
                },
                "joinedAt": {
                  "description": "Since when both were on the line.",
                  "type": "string",
                  "format": "date-time"
                },
                "ended": {
                  "type": "object",
                  "properties": {
                    "at": {
                      "type": "string",
                      "format": "date-time"
                    },
                    "type": {
                      "type": "string",
                      "description": "`completed` or `failed`."
                    },
                    "leg": {
                      "anyOf": [
                        {
                          "type": "string",
                          "description": "`agent` or `client`."
                        },
                        {
                          "type": "null"
                        }
                      ]
                    },
                    "reason": {
                      "type": "string"
                    }
                  },
                  "required": [
                    "at",
                    "type"
                  ]
                }
              },
              "required": [
                "callSessionId",
                "version",
                "startsAt",
                "startedAt",
                "attempts",
                "waitsFor",
                "carrierDown"
              ]
            },
            "description": "One for each version that was called for, oldest first; none where nobody was ever phoned."
          }
        },
        "required": [
          "calls"
        ]
      }
    }
  }
];
